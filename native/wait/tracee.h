#ifndef SEXTON_WAIT_TRACEE_H_
#define SEXTON_WAIT_TRACEE_H_

#include <sys/types.h>

#include "wait/wait.h"

namespace sexton {

// A child that has called PTRACE_TRACEME has the thread that started it (or adopted it) for its
// tracer. It then stops at each signal and each exec until that thread lets it go on. Every wait
// tells of such a stop, whatever its flags ask for; see "Tracing stops" in ptrace(2).

// Detaches a child from this thread in a stop that a wait has told of. The child goes on as it
// would have without a tracer: it gets the signal that has stopped it. 0 or -errno: -ESRCH if its
// tracer is another thread, -ENOSYS where the platform cannot.
int Detach(const WaitStatus& stop);

// Whether `pid` is a thread that is not the first of its process. Such a thread can be a tracee of
// its own, and then its end shows up among those of the children.
bool IsThread(pid_t pid);

}  // namespace sexton

#endif  // SEXTON_WAIT_TRACEE_H_
