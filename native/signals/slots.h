#ifndef SEXTON_SIGNALS_SLOTS_H_
#define SEXTON_SIGNALS_SLOTS_H_

#include <signal.h>

#include <cstdint>

namespace sexton {

// Where the signal handler leaves what it was told: a slot for each environment, with the write end
// of its pipe and the signals that it listens to. Environments come and go while the handler may
// run at any instant, on any thread.

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

void AddToSlot(int slot, int signal);

// Whether it was there.
bool RemoveFromSlot(int slot, int signal);

// Writes a record to the pipe of each slot with the signal. For the handler, between the next two.
void RecordSignal(const siginfo_t& info);

// Writes one of a signal whose sender is not known, for a single slot.
void RecordMissed(int slot, int signal);

void EnterHandler();
void LeaveHandler();

// Waits until no thread is between those two.
void Quiesce();

}  // namespace sexton

#endif  // SEXTON_SIGNALS_SLOTS_H_
