#include <signal.h>
#include <sys/epoll.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "platform/process.h"
#include "wait/wait.h"

namespace sexton {
namespace {

constexpr int kLastSignal = 64;

// A watch as the epoll set keeps it: the token in the low half, the pidfd above, and this flag.
constexpr uint64_t kOwned = uint64_t{1} << 63;

uint64_t PackWatch(int pidfd, uint32_t token, bool owned) {
  return (owned ? kOwned : 0) | static_cast<uint64_t>(pidfd) << 32 | token;
}

// Tells whether a SIGTRAP comes from exec. The kernel sends it to a tracee alone, in the tracee's
// own name; delivered without a tracer it would kill. A SIGTRAP that a tracee sends to itself by
// kill(2) looks the same and is dropped too; those of raise(3) and of a breakpoint do not.
bool IsExec(pid_t pid) {
  siginfo_t info = {};
  if (ptrace(PTRACE_GETSIGINFO, pid, nullptr, &info) != 0) return false;
  return info.si_code == SI_USER && info.si_pid == pid;
}

// The signal to deliver after a stop, or 0. A stop that is not by a signal has more bits; only a
// tracer that has set options gets one.
int SignalOf(const WaitStatus& stop) {
  if (stop.status > kLastSignal) return 0;
  return stop.status == SIGTRAP && IsExec(stop.pid) ? 0 : stop.status;
}

}  // namespace

const int kOnlyThisThread = 0x20000000;  // __WNOTHREAD, accepted by waitid since Linux 4.7

// Makes the raw call, because the C library's waitid() hides the argument for resource usage.
int WaitNow(idtype_t type, id_t id, int flags, WaitStatus* out) {
  siginfo_t info = {};
  const long result = Retry(
      [&] { return syscall(SYS_waitid, type, id, &info, WEXITED | WNOHANG | flags, &out->usage); });
  if (result < 0) return *out = {}, static_cast<int>(result);
  out->pid = info.si_pid;
  out->cause = info.si_code;
  out->status = info.si_status;
  return 0;
}

int WaitForEnd(pid_t pid) {
  WaitStatus status;
  siginfo_t info = {};
  do {
    const long result = Retry([&] { return waitid(P_PID, pid, &info, WEXITED); });
    if (result < 0) return static_cast<int>(result);
    status.cause = info.si_code;
  } while (!IsEnd(status));
  return 0;
}

int Detach(const WaitStatus& stop) {
  const long signal = SignalOf(stop);
  return ptrace(PTRACE_DETACH, stop.pid, nullptr, signal) == 0 ? 0 : -errno;
}

bool IsThread(pid_t pid) { return syscall(SYS_tgkill, pid, pid, 0) != 0 && errno == ESRCH; }

int ExitSource::Open() {
  if (epoll_.valid()) return -EALREADY;
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return -errno;
  epoll_.Reset(fd);
  return 0;
}

int ExitSource::Watch(int pidfd, uint32_t token, bool owned) {
  struct epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = PackWatch(pidfd, token, owned);
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, pidfd, &event) == 0 ? 0 : -errno;
}

int ExitSource::Unwatch(int pidfd) {
  return epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, pidfd, nullptr) == 0 ? 0 : -errno;
}

int ExitSource::Drain(bool take, Tell tell, void* data) {
  struct epoll_event ready[kBatch];
  const long count = Retry([&] { return epoll_wait(epoll_.get(), ready, kBatch, 0); });
  for (long i = 0; i < count; ++i) {
    const uint64_t watch = ready[i].data.u64;
    Exit exit;
    exit.token = static_cast<uint32_t>(watch);
    if (take && (watch & kOwned) != 0 && taken_count_ < kBatch) {
      const int pidfd = static_cast<int>((watch & ~kOwned) >> 32);
      if (TakeOwned(pidfd, &exit.status)) taken_[taken_count_++] = pidfd;
    }
    tell(data, exit);
  }
  return static_cast<int>(count);
}

// Does not peek first, as Take() does: the kernel reports a pidfd when its process is a zombie, and
// a zombie does not stop for a tracer.
bool ExitSource::TakeOwned(int pidfd, WaitStatus* status) {
  const int result = WaitNow(kPidfdType, static_cast<id_t>(pidfd), kOnlyThisThread, status);
  if (result < 0 || !IsEnd(*status)) status->pid = 0;
  return status->pid != 0;
}

int ExitSource::ReleaseTaken(int* pidfds) {
  const int count = taken_count_;
  taken_count_ = 0;
  for (int i = 0; i < count; ++i) Unwatch(pidfds[i] = taken_[i]);
  return count;
}

}  // namespace sexton
