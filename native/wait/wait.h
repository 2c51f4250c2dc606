#ifndef SEXTON_WAIT_WAIT_H_
#define SEXTON_WAIT_WAIT_H_

#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <cstdint>

#include "platform/descriptors.h"

// How a process's exit is noticed and its status taken.
//
// An ExitSource says which of many watched processes has exited: one epoll set of pidfds. The other
// functions ask the kernel for statuses, by waitid(2), and never block the event loop.
//
// A status can be taken once, so nothing here takes one unless lib/reaping/reaper.ts asks for it:
// Peek() only looks, and an ExitSource takes only statuses of children that the reaper owns, while
// the reaper lets it. A traced child complicates every wait, because its stops are reported too,
// whatever the flags ask for ("Tracing stops" in ptrace(2)). A child that has called PTRACE_TRACEME
// is traced by the thread that started or adopted it, and stops at each signal and each exec until
// that thread lets it go on. So each status is an exit or a stop: IsEnd() tells which.

namespace sexton {

struct WaitStatus {
  pid_t pid = 0;   // 0: no child to report
  int cause = 0;   // CLD_EXITED, CLD_KILLED, CLD_DUMPED; CLD_TRAPPED in a stop; or kThreadEnd
  int status = 0;  // the exit code, or the signal's number
  struct rusage usage = {};
};

// The cause when a traced thread has exited. Its process may live on.
constexpr int kThreadEnd = 0;

// Tells whether the status is a process's exit, and not a traced child's stop.
bool IsEnd(const WaitStatus& status);

// Looks at a child that has exited or stopped, and leaves it as it is. With P_ALL the exit of a
// thread has the cause kThreadEnd. Returns what WaitNow() returns.
int Peek(idtype_t type, id_t id, int flags, WaitStatus* out);

// Looks likewise, and tells threads from processes, whatever the type: for a pid that may be
// anybody's.
int PeekAny(idtype_t type, id_t id, int flags, WaitStatus* out);

// Takes the status of a child that has exited. Reports a stop, and leaves it as it is.
int Take(idtype_t type, id_t id, int flags, WaitStatus* out);

// Takes the status of a child that has exited, whatever it is, or lets a stopped child go on. Only
// for a process in which nobody else waits for children.
int TakeAny(idtype_t type, id_t id, int flags, WaitStatus* out);

// Lets a child go on, untraced, that has stopped for this thread as its tracer. Also takes the
// status of a traced thread that has exited, because its process could not exit before. 1 if there
// was something to do, 0 if not, or -errno.
int LetGo(pid_t pid);

// --- a status as numbers, in the order in which lib/exit/exit-status.ts reads them ---

constexpr int kRecordFields = 12;
void WriteRecord(const WaitStatus& status, double* record);

// --- once per platform ---

// Calls waitid(2) with WEXITED | WNOHANG and `flags` (WNOWAIT to peek; kOnlyThisThread). Reports
// the child's resource usage too. 0 with `pid` set, 0 with pid 0 if no child has exited, or -errno
// with pid 0 (-ECHILD: no such child). Never blocks: that would stall the event loop. The status
// may be a stop.
int WaitNow(idtype_t type, id_t id, int flags, WaitStatus* out);

// Waits until a child is dead, and reaps it. Only for a child that is certain to exit soon.
int WaitForEnd(pid_t pid);

// The flag that leaves out children of other threads of this process; 0 on a platform without it.
extern const int kOnlyThisThread;

// Detaches a stopped child from this thread, its tracer. The child goes on as it would without a
// tracer: the signal that has stopped it is delivered. 0 or -errno: -ESRCH if another thread is its
// tracer, -ENOSYS on a platform without it.
int Detach(const WaitStatus& stop);

// Tells whether `pid` is a thread other than its process's first. Such a thread can be a tracee of
// its own, and its exit is then reported like a child's.
bool IsThread(pid_t pid);

// P_PIDFD of waitid(2), which older C libraries lack.
constexpr auto kPidfdType = static_cast<idtype_t>(3);

// What an ExitSource says of one process that has exited.
struct Exit {
  uint32_t token = 0;  // as it was watched
  WaitStatus status;   // pid 0: not taken
};

// One descriptor that becomes readable when any of the watched pidfds does.
//
// Watches are edge-triggered. A level-triggered watch would spin while a debugger holds a dead
// child: the child's pidfd is readable, but waitid() reports nothing until the debugger lets go,
// which makes the kernel signal the pidfd again. Events beyond a batch stay queued in the kernel.
class ExitSource {
 public:
  static constexpr int kBatch = 64;

  int Open();  // 0 or -errno
  int fd() const { return epoll_.get(); }
  // `owned`: a child of this thread whose status nobody else takes. 0 or -errno.
  int Watch(int pidfd, uint32_t token, bool owned);
  int Unwatch(int pidfd);  // call it before closing the pidfd; 0 or -errno

  // Tells at most kBatch exits, one by one: to clear memory for a batch would cost a lone exit more
  // than its status. How many, or -errno. With `take` this takes the status of each owned child.
  // Where there is none, because a debugger holds the child or somebody else has reaped it, the
  // exit is reported without one. The pidfd of a child that was taken stays watched and open until
  // ReleaseTaken(): whoever hears of the exit may open descriptors, and a number that was given
  // away meanwhile would mean two processes.
  using Tell = void (*)(void* data, const Exit& exit);
  int Drain(bool take, Tell tell, void* data);

  // Watches the pidfds of taken children no more, and writes them, at most kBatch. The caller
  // closes them. How many.
  int ReleaseTaken(int* pidfds);

 private:
  bool TakeOwned(int pidfd, WaitStatus* status);

  UniqueFd epoll_;
  int taken_[kBatch] = {};
  int taken_count_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_WAIT_WAIT_H_
