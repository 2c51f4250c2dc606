#ifndef SEXTON_SIGNALS_CHILD_SIGNAL_H_
#define SEXTON_SIGNALS_CHILD_SIGNAL_H_

namespace sexton {

// SIGCHLD set to "ignore", or SA_NOCLDWAIT, makes the kernel reap children by itself and their
// statuses are lost; a blocked SIGCHLD is never heard. Both are inherited through exec. Undoes
// both, for this process and the calling thread. True when there was something to undo.
bool RepairChildSignal();

}  // namespace sexton

#endif  // SEXTON_SIGNALS_CHILD_SIGNAL_H_
