#include <sys/syscall.h>
#include <unistd.h>

#include "platform/retry.h"
#include "wait/wait.h"

namespace sexton {

const int kOnlyThisThread = 0x20000000;  // __WNOTHREAD, accepted by waitid since Linux 4.7

// The raw call has a fifth argument for resource usage, which the C library's waitid() hides.
int WaitNow(idtype_t type, id_t id, int flags, WaitStatus* out) {
  siginfo_t info = {};
  const long result = Retry(
      [&] { return syscall(SYS_waitid, type, id, &info, WEXITED | WNOHANG | flags, &out->usage); });
  if (result < 0) return static_cast<int>(result);
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

}  // namespace sexton
