#ifndef SEXTON_SIGNAL_HANDLER_H_
#define SEXTON_SIGNAL_HANDLER_H_

#include <cstdint>

#include "signal_hold.h"

namespace sexton {

// The process-wide part of listening to signals: dispositions belong to the process, while the
// environments that listen come and go. The handler writes a record to the pipe of each environment
// that has a slot with the signal's bit, then calls on to the handler that it replaced.

struct SignalRecord {
  int16_t signal;
  int16_t environments;  // how many were told of it
  int32_t code;          // si_code
  int32_t pid;           // 0: the kernel, a sender outside this PID namespace, or not known
  uint32_t uid;
};

// A place for the write end of an environment's pipe. The slot, or -ENOSPC if there are too many.
int ClaimSlot(int fd);

// After it returns no handler, on whatever thread, writes to the slot's descriptor any more.
void ReleaseSlot(int slot);

// Records that found the slot's pipe full.
uint32_t DroppedBy(int slot);

// Listens to a signal for a slot. `hold` keeps libuv's handler in place under ours; it may be null.
// 0 or -errno.
int AddListener(int slot, int signal, SignalHold* hold, uv_loop_t* loop);

// The last listener's end brings back what was in force before the first.
void RemoveListener(int slot, int signal, SignalHold* hold);

}  // namespace sexton

#endif  // SEXTON_SIGNAL_HANDLER_H_
