#include "keeper/proc.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/text.h"
#include "platform/descriptors.h"
#include "platform/process.h"

namespace sexton {
namespace {

constexpr size_t kPiece = 4096;

// A flag of the kernel (proc_pid_stat(5), field 9): PF_EXITING of its <linux/sched.h>.
constexpr uint64_t kExiting = 4;

}  // namespace

int Proc::Open() {
  folder_ = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) return -errno;
  const int result = CheckNamespace();
  if (result < 0) {
    Close();
    return result;
  }
  const pid_t self = getpid();
  const Path path = Path().Add(self).Add("/task/").Add(self).Add("/children");
  lists_children_ = faccessat(folder_, path.text(), F_OK, 0) == 0;
  return 0;
}

void Proc::Close() {
  if (folder_ >= 0) close(folder_);
  folder_ = -1;
}

// Equal pids do not prove it: the other namespace may know this process by the same number. So the
// list of its pids, one for each namespace from the shown one inwards, must have one entry.
int Proc::CheckNamespace() const {
  char room[kPiece];
  const ssize_t length = readlinkat(folder_, "self", room, sizeof room - 1);
  if (length < 0) return -errno;
  room[length] = '\0';
  if (strcmp(room, Path().Add(getpid()).text()) != 0) return -ENOENT;
  const ssize_t size = ReadFile("self/status", room, sizeof room);
  if (size < 0) return static_cast<int>(size);
  const char* const list = strstr(room, "\nNSpid:");
  if (list == nullptr) return 0;  // before Linux 4.1 nothing tells
  const char* const own = list + strlen("\nNSpid:\t");
  return own[strspn(own, "0123456789")] == '\n' ? 0 : -ENOENT;
}

// A failure of another kind says that the process is gone, or hidden for good.
int Proc::OpenFile(const char* path, int flags) const {
  const int fd = openat(folder_, path, flags | O_RDONLY | O_CLOEXEC);
  if (fd < 0) look_failed_ |= errno == EMFILE || errno == ENFILE || errno == ENOMEM;
  return fd;
}

// The file's beginning, with a NUL. Its length, or -errno.
ssize_t Proc::ReadFile(const char* path, char* room, size_t size) const {
  const UniqueFd file(OpenFile(path, 0));
  if (!file.valid()) return -errno;
  const long length = Retry([&] { return read(file.get(), room, size - 1); });
  if (length >= 0) room[length] = '\0';
  return length;
}

ssize_t Proc::ReadCommandLine(pid_t pid, char* room, size_t size) const {
  return ReadFile(Path().Add(pid).Add("/cmdline").text(), room, size);
}

bool Proc::IsInGroup(pid_t pid, const char* name) const {
  char room[kPiece];
  if (ReadFile(Path().Add(pid).Add("/cgroup").text(), room, sizeof room) <= 0) return false;
  // Groups of version 1 may have the same name. The line of version 2 begins so (cgroups(7)).
  char* const line = strncmp(room, "0::", 3) == 0 ? room : strstr(room, "\n0::");
  if (line == nullptr) return false;
  line[1 + strcspn(line + 1, "\n")] = '\0';
  const char* const found = strstr(line, name);
  return found != nullptr && (found[strlen(name)] == '\0' || found[strlen(name)] == '/');
}

bool Proc::ReadStat(pid_t pid, ProcessStat* stat) const {
  char text[1024];
  if (ReadFile(Path().Add(pid).Add("/stat").text(), text, sizeof text) <= 0) return false;
  // A name may hold parentheses, so the last one closes it.
  const char* const name = strchr(text, '(');
  const char* close = strrchr(text, ')');
  if (name == nullptr || close == nullptr || close[1] != ' ' || close[2] == '\0') return false;
  const auto length = static_cast<size_t>(close - name - 1);
  *stat = {};
  memcpy(stat->name, name + 1, length < sizeof stat->name ? length : sizeof stat->name - 1);
  stat->state = close[2];
  uint64_t fields[23] = {};  // by their number in proc_pid_stat(5)
  const char* at = close + 3;
  for (int field = 4; field <= 22; ++field) {
    while (*at == ' ' || *at == '-') ++at;
    if (*at < '0' || *at > '9') return false;
    for (; *at >= '0' && *at <= '9'; ++at) fields[field] = fields[field] * 10 + (*at - '0');
  }
  stat->parent = static_cast<pid_t>(fields[4]);
  stat->is_exiting = (fields[9] & kExiting) != 0;
  stat->session = static_cast<pid_t>(fields[6]);
  stat->threads = static_cast<uint32_t>(fields[20]);
  stat->start = fields[22];
  return true;
}

}  // namespace sexton
