#include "front/place.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "front/words.h"
#include "keeper/text.h"
#include "platform/process.h"

namespace sexton::front {
namespace {

constexpr mode_t kOthersWrite = 022;
constexpr size_t kDigits = 16;

// Bytes of a socket's path. The longest path beside it, SOCKET.held/0123456789ab.console, must fit
// into the address of a socket, of 107 bytes: a runtime connects by it.
constexpr size_t kMostSocket = 81;

bool IsOwn(const struct stat& file) { return file.st_uid == geteuid(); }

// The folder of a path, which is absolute.
bool FolderOf(const char* path, char (&folder)[PATH_MAX]) {
  if (!Join(folder, path, "")) return false;
  char* const slash = strrchr(folder, '/');
  slash[slash == folder ? 1 : 0] = '\0';
  return true;
}

// Reads a short file. False if it is missing or empty.
bool ReadShort(const char* path, char* to, size_t room) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  const long size = Retry([&] { return read(fd, to, room - 1); });
  close(fd);
  to[size > 0 ? size : 0] = '\0';
  return size > 0;
}

}  // namespace

const char* Place::Find(const char* socket) {
  if (socket == nullptr) socket = getenv("SEXTON_SHIM_SOCKET");
  if (socket != nullptr && socket[0] != '\0') return UseSocket(socket);
  if (geteuid() == 0) return UseFolder("/run");
  const char* const runtime = getenv("XDG_RUNTIME_DIR");
  if (runtime == nullptr || runtime[0] != '/') {
    return "no place for the server: set XDG_RUNTIME_DIR or SEXTON_SHIM_SOCKET";
  }
  struct stat found;
  if (stat(runtime, &found) != 0 || !S_ISDIR(found.st_mode) || !IsOwn(found)) {
    static_cast<void>(Join(about_, runtime, ""));
    return "XDG_RUNTIME_DIR is not a folder of this user: ";
  }
  return UseFolder(runtime);
}

// Another user who may write in the folder could put sockets there. A front would take one for its
// server, and a server would adopt containers by the others.
const char* Place::UseSocket(const char* socket) {
  char cwd[PATH_MAX] = "";
  if (socket[0] != '/' && getcwd(cwd, sizeof cwd) == nullptr) return "no working directory";
  if (!Join(socket_, cwd, socket[0] == '/' ? "" : "/", socket)) return "path too long";
  if (const char* const problem = CheckLength()) return problem;
  struct stat found;
  if (!FolderOf(socket_, about_) || stat(about_, &found) != 0) return nullptr;
  const bool is_trusted = IsOwn(found) || found.st_uid == 0;
  const bool is_shared = (found.st_mode & kOthersWrite) != 0 && (found.st_mode & S_ISVTX) == 0;
  if (is_trusted && !is_shared) return nullptr;
  return "other users may change the folder of SEXTON_SHIM_SOCKET: ";
}

// Nobody else may have made the folder, or may write there.
const char* Place::UseFolder(const char* parent) {
  if (!Join(about_, parent, "/sexton-shim")) return "path too long";
  if (mkdir(about_, 0700) != 0 && errno != EEXIST) return "the server's folder cannot be made: ";
  struct stat found;
  if (lstat(about_, &found) != 0 || !S_ISDIR(found.st_mode) || !IsOwn(found) ||
      (found.st_mode & 077) != 0) {
    return "the server's folder must be this user's, with the mode 0700: ";
  }
  if (!Join(socket_, about_, "/socket")) return "path too long";
  return CheckLength();
}

const char* Place::CheckLength() {
  if (strlen(socket_) <= kMostSocket) return nullptr;
  static_cast<void>(Join(about_, socket_, ""));
  return "the path of the server's socket has more than 81 bytes: ";
}

int Place::Lock(UniqueFd* lock) const {
  char path[PATH_MAX];
  if (!Join(path, socket_, kLock)) return -ENAMETOOLONG;
  lock->Reset(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!lock->valid()) return -errno;
  struct stat found;
  if (fstat(lock->get(), &found) != 0) return -errno;
  if (!S_ISREG(found.st_mode) || !IsOwn(found)) return -EPERM;
  return static_cast<int>(Retry([&] { return flock(lock->get(), LOCK_EX | LOCK_NB); }));
}

int Place::Clear() const {
  struct stat found;
  char folder[PATH_MAX];
  if (!Join(folder, socket_, ".held")) return -ENAMETOOLONG;
  if (lstat(folder, &found) == 0 && (!S_ISDIR(found.st_mode) || !IsOwn(found))) return -EPERM;
  if (lstat(socket_, &found) != 0) return errno == ENOENT ? 0 : -errno;
  if (!IsOwn(found)) return -EPERM;
  if (!S_ISSOCK(found.st_mode)) return -EEXIST;
  return unlink(socket_) == 0 ? 0 : -errno;
}

// A disk that is full has no room for it. Then nobody can say whether the server is stopped.
void Place::NotePid(int lock) {
  Path text;
  text.Add(getpid());
  if (ftruncate(lock, 0) != 0) return;
  static_cast<void>(pwrite(lock, text.text(), strlen(text.text()), 0) >= 0);
}

bool Place::IsServerStopped() const {
  char path[PATH_MAX];
  char digits[kDigits];
  if (!Join(path, socket_, kLock) || !ReadShort(path, digits, sizeof digits)) return false;
  char stat[512];
  if (!Join(path, "/proc/", digits, "/stat") || !ReadShort(path, stat, sizeof stat)) return false;
  // `PID (NAME) STATE …`, and a name may have any bytes.
  const char* const end = strrchr(stat, ')');
  return end != nullptr && end[1] == ' ' && (end[2] == 'T' || end[2] == 't');
}

}  // namespace sexton::front
