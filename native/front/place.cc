#include "front/place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "front/words.h"
#include "platform/process.h"

namespace sexton::front {
const char* Place::Find(const char* socket) {
  if (socket == nullptr) socket = getenv("SEXTON_SHIM_SOCKET");
  if (socket != nullptr && socket[0] != '\0') {
    char cwd[PATH_MAX] = "";
    if (socket[0] != '/' && getcwd(cwd, sizeof cwd) == nullptr) return "no working directory";
    return Join(socket_, cwd, socket[0] == '/' ? "" : "/", socket) ? nullptr : "path too long";
  }
  if (geteuid() == 0) return UseFolder("/run", "/sexton-shim");
  const char* const runtime = getenv("XDG_RUNTIME_DIR");
  if (runtime == nullptr || runtime[0] != '/') {
    return "no place for the server: set XDG_RUNTIME_DIR or SEXTON_SHIM_SOCKET";
  }
  return UseFolder(runtime, "/sexton-shim");
}

// Nobody else may have made the folder, or may write there.
const char* Place::UseFolder(const char* parent, const char* name) {
  char folder[PATH_MAX];
  if (!Join(folder, parent, name)) return "path too long";
  if (mkdir(folder, 0700) != 0 && errno != EEXIST) return "the server's folder cannot be made";
  struct stat found;
  if (lstat(folder, &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != geteuid() ||
      (found.st_mode & 077) != 0) {
    return "the server's folder must be this user's, with the mode 0700";
  }
  return Join(socket_, folder, "/socket") ? nullptr : "path too long";
}

int Place::Lock(UniqueFd* lock) const {
  char path[PATH_MAX];
  if (!Join(path, socket_, ".lock")) return -ENAMETOOLONG;
  lock->Reset(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock->valid()) return -errno;
  return static_cast<int>(Retry([&] { return flock(lock->get(), LOCK_EX | LOCK_NB); }));
}

}  // namespace sexton::front
