#ifndef SEXTON_WAIT_WAIT_H_
#define SEXTON_WAIT_WAIT_H_

#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

namespace sexton {

struct WaitStatus {
  pid_t pid = 0;   // 0: nobody to report
  int cause = 0;   // CLD_EXITED, CLD_KILLED, CLD_DUMPED; CLD_TRAPPED in a stop; or kThreadEnd
  int status = 0;  // the exit code, or the signal's number
  struct rusage usage = {};
};

// The end of a traced thread, which is no end of its process.
constexpr int kThreadEnd = 0;

// Whether it tells how a process has ended, and not that a traced child has stopped.
bool IsEnd(const WaitStatus& status);

// Looks at a child that has ended or stopped, and leaves it so. With P_ALL the end of a thread has
// kThreadEnd for its cause. The result is that of WaitNow().
int Peek(idtype_t type, id_t id, int flags, WaitStatus* out);

// Takes the status of a child that has ended. A stop is told of and left as it is.
int Take(idtype_t type, id_t id, int flags, WaitStatus* out);

// Takes the status of any child that has ended, or lets one go on that has stopped. Only where
// nobody else waits for children.
int TakeAny(int flags, WaitStatus* out);

// Lets a child go on, untraced, that has stopped for this thread as its tracer; or takes the status
// of a traced thread that has ended, which would keep its process from ending. 1 if there was
// something to do, 0 if not, or -errno.
int LetGo(pid_t pid);

// --- the rest is there once per platform ---

// waitid(2) with WEXITED | WNOHANG and `flags` (WNOWAIT to peek; kOnlyThisThread), with the child's
// resource usage. 0 with `pid` set, 0 with pid 0 when no one has died, or -errno (-ECHILD: no such
// child). Never blocks: a wait that could block would stall the event loop. What it finds may be a
// stop: IsEnd() tells.
int WaitNow(idtype_t type, id_t id, int flags, WaitStatus* out);

// The same, until the child is dead. Only for a child that is known to be on its way out.
int WaitForEnd(pid_t pid);

// The flag that leaves out children of other threads of this process, or 0 where there is none.
extern const int kOnlyThisThread;

}  // namespace sexton

#endif  // SEXTON_WAIT_WAIT_H_
