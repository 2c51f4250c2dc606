#ifndef SEXTON_SIGNALS_HANDLER_H_
#define SEXTON_SIGNALS_HANDLER_H_

#include <signal.h>

#include <cstdint>

#include "signals/source.h"

// How a signal reaches JavaScript together with its sender.
//
// libuv's own handler drops siginfo, so sexton installs a handler with SA_SIGINFO over it. The
// handler writes a record to the pipe of each environment that listens (a slot), then calls the
// handler that it replaced, so libuv and Node still hear of the signal. Dispositions belong to the
// process, while environments come and go on several threads:
//   handler       runs at any instant on any thread, so it uses atomics and write(2) only
//   dispositions  installs it for the first listener and restores the old state after the last
//   source        libuv's watchers: one of them keeps libuv's handler in place below ours
//   capture       one environment's pipe and signals
// A full pipe drops records and counts them; a signal itself is never lost to libuv.

namespace sexton {

struct SignalRecord {
  int16_t signal;
  int16_t environments;  // how many environments got a record of this signal
  int32_t code;          // si_code
  int32_t pid;           // 0: the kernel, a sender outside this PID namespace, or unknown
  uint32_t uid;
};

// --- slots: an environment's place in the handler ---

// Claims a slot for the write end of an environment's pipe. The slot, or -ENOSPC.
int ClaimSlot(int fd);

// Frees a slot. On return no handler on any thread writes to its descriptor.
void ReleaseSlot(int slot);

void AddToSlot(int slot, int signal);

// Returns whether the slot had the signal.
bool RemoveFromSlot(int slot, int signal);

// How many records found the slot's pipe full.
uint32_t DroppedBy(int slot);

// Writes a record without a sender to one slot, for a signal that the handler has not seen.
void RecordMissed(int slot, int signal);

// --- the handler ---

// Installs the handler for a signal. `next` is the handler that it replaces and calls on to.
void InstallHandler(int signal, const struct sigaction& next);

// The handler that ours calls on to.
const struct sigaction& NextHandler(int signal);

bool IsOurHandler(const struct sigaction& action);

// --- what this process does on each signal (dispositions.cc); all environments share it ---

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

#endif  // SEXTON_SIGNALS_HANDLER_H_
