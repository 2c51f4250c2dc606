#ifndef SEXTON_SIGNALS_HANDLER_H_
#define SEXTON_SIGNALS_HANDLER_H_

#include "signals/hold.h"

namespace sexton {

// The process-wide part of listening to signals: dispositions belong to the process, while the
// environments that listen come and go. The handler leaves a record in the slots, then calls on to
// the handler that it replaced.

// Listens to a signal for a slot. `hold` keeps libuv's handler in place under ours; it may be null.
// 0 or -errno.
int AddListener(int slot, int signal, SignalHold* hold, uv_loop_t* loop);

// The last listener's end brings back what was in force before the first.
void RemoveListener(int slot, int signal, SignalHold* hold);

}  // namespace sexton

#endif  // SEXTON_SIGNALS_HANDLER_H_
