#ifndef SEXTON_WAIT_STATUS_H_
#define SEXTON_WAIT_STATUS_H_

#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

namespace sexton {

struct WaitStatus {
  pid_t pid = 0;   // 0: nobody to report
  int cause = 0;   // CLD_EXITED, CLD_KILLED or CLD_DUMPED
  int status = 0;  // the exit code, or the signal's number
  struct rusage usage = {};
};

// waitid(2) with WEXITED | WNOHANG and `flags` (WNOWAIT to peek; kOnlyThisThread), with the child's
// resource usage. 0 with `pid` set, 0 with pid 0 when no one has died, or -errno (-ECHILD: no such
// child). Never blocks: a wait that could block would stall the event loop.
int WaitNow(idtype_t type, id_t id, int flags, WaitStatus* out);

// The same, until the child is dead. Only for a child that is known to be on its way out.
int WaitForEnd(pid_t pid);

// The flag that leaves out children of other threads of this process, or 0 where there is none.
extern const int kOnlyThisThread;

}  // namespace sexton

#endif  // SEXTON_WAIT_STATUS_H_
