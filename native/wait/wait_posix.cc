#include <cerrno>

#include "platform/process.h"
#include "wait/wait.h"

namespace sexton {

const int kOnlyThisThread = 0;

// POSIX waitid() reports no resource usage; wait4() does, but cannot peek. So peek first: after
// that the child is known to be dead or stopped, and wait4() on its pid answers at once.
int WaitNow(idtype_t type, id_t id, int flags, WaitStatus* out) {
  *out = {};
  siginfo_t info = {};
  const long peeked = Retry([&] { return waitid(type, id, &info, WEXITED | WNOHANG | WNOWAIT); });
  if (peeked < 0) return static_cast<int>(peeked);
  if (info.si_pid == 0) return 0;
  if ((flags & WNOWAIT) == 0) {
    const long taken = Retry([&] { return wait4(info.si_pid, nullptr, WNOHANG, &out->usage); });
    if (taken < 0) return static_cast<int>(taken);
  }
  out->pid = info.si_pid;
  out->cause = info.si_code;
  out->status = info.si_status;
  return 0;
}

int WaitForEnd(pid_t pid) {
  int status = 0;
  do {
    const long result = Retry([&] { return waitpid(pid, &status, 0); });
    if (result < 0) return static_cast<int>(result);
  } while (WIFSTOPPED(status));
  return 0;
}

int Detach(const WaitStatus&) { return -ENOSYS; }
bool IsThread(pid_t) { return false; }

int ExitSource::Open() { return -ENOSYS; }
int ExitSource::Watch(int, uint32_t, bool) { return -ENOSYS; }
int ExitSource::Unwatch(int) { return -ENOSYS; }
int ExitSource::Drain(bool, Tell, void*) { return -ENOSYS; }
int ExitSource::ReleaseTaken(int*) { return 0; }

}  // namespace sexton
