#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "wait/tracee.h"

namespace sexton {
namespace {

constexpr int kLastSignal = 64;

// The kernel sends a tracee SIGTRAP after exec, in its own name, and to no other process. Without a
// tracer it would kill. (A SIGTRAP that a tracee sends to itself by kill(2) looks the same and is
// dropped too; raise(3) and a breakpoint do not.)
bool IsExec(pid_t pid) {
  siginfo_t info = {};
  if (ptrace(PTRACE_GETSIGINFO, pid, nullptr, &info) != 0) return false;
  return info.si_code == SI_USER && info.si_pid == pid;
}

// Only a tracer that has set options gets other stops than those by a signal: they have more bits.
int SignalOf(const WaitStatus& stop) {
  if (stop.status > kLastSignal) return 0;
  return stop.status == SIGTRAP && IsExec(stop.pid) ? 0 : stop.status;
}

}  // namespace

int Detach(const WaitStatus& stop) {
  const long signal = SignalOf(stop);
  return ptrace(PTRACE_DETACH, stop.pid, nullptr, signal) == 0 ? 0 : -errno;
}

bool IsThread(pid_t pid) { return syscall(SYS_tgkill, pid, pid, 0) != 0 && errno == ESRCH; }

}  // namespace sexton
