#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "platform/pidfd.h"
#include "platform/retry.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace sexton {
namespace {

// <linux/pidfd.h> of the build machine may be older than the kernel that runs: these are the
// kernel's own layout and numbers (include/uapi/linux/pidfd.h, 6.15), 64 bytes in its first
// version.
struct PidfdInfo {
  uint64_t mask;
  uint64_t cgroupid;
  uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64, "PIDFD_GET_INFO encodes the size in its number");

constexpr uint64_t kInfoExit = 1u << 3;
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);

}  // namespace

int PidfdOpen(pid_t pid) {
  return static_cast<int>(Retry([&] { return syscall(SYS_pidfd_open, pid, 0); }));
}

int PidfdSend(int pidfd, int signal) {
  return static_cast<int>(
      Retry([&] { return syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0); }));
}

int PidfdState(int pidfd) {
  int state;
  do {
    state = PidfdAwait(pidfd, 0);
  } while (state == -EINTR);
  return state;
}

int PidfdAwait(int pidfd, int milliseconds) {
  struct pollfd target = {pidfd, POLLIN, 0};
  const int result = poll(&target, 1, milliseconds);
  if (result < 0) return -errno;
  if (result == 0) return 0;
  return (target.revents & POLLHUP) != 0 ? 2 : 1;
}

int PidfdExitStatus(int pidfd) {
  PidfdInfo info = {};
  info.mask = kInfoExit;
  const long result = Retry([&] { return ioctl(pidfd, kGetInfo, &info); });
  if (result < 0) return static_cast<int>(result);
  // A kernel from before 6.15 answers without the bit, and exit_code then holds nothing.
  return (info.mask & kInfoExit) != 0 ? info.exit_code : -EAGAIN;
}

}  // namespace sexton
