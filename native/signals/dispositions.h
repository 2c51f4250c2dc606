#ifndef SEXTON_SIGNALS_DISPOSITIONS_H_
#define SEXTON_SIGNALS_DISPOSITIONS_H_

#include "signals/source.h"

namespace sexton {

// What this process does on each signal. All environments share the dispositions.

// Starts listening to a signal for a slot. `hold` keeps libuv's handler in place under ours; it may
// be null. 0 or -errno.
int AddListener(int slot, int signal, SignalHold* hold, uv_loop_t* loop);

// Stops listening. After the last listener the disposition is what it was before the first.
void RemoveListener(int slot, int signal, SignalHold* hold);

// Tells whether this process has a handler for the signal, in whatever language.
bool HasHandler(int signal);

// Undoes what keeps SIGCHLD from this process and the calling thread. If the signal is ignored, or
// SA_NOCLDWAIT is set, the kernel reaps children by itself and their statuses are lost. If it is
// blocked, it never arrives. A program inherits both through exec. True if there was something to
// undo.
bool RepairChildSignal();

}  // namespace sexton

#endif  // SEXTON_SIGNALS_DISPOSITIONS_H_
