#include "signals/handler.h"

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "platform/process.h"

namespace sexton {
namespace {

constexpr int kMaxEnvironments = 256;

// The handler reads these at any instant, so all of them are atomic.
struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<int> fd{-1};
  std::atomic<uint64_t> mask{0};
  std::atomic<uint32_t> dropped{0};
};
Slot slots[kMaxEnvironments];
std::atomic<int> in_handler{0};

// By signal. Written only while no handler runs: see Quiesce().
struct sigaction next_handlers[kSignals];

uint64_t Bit(int signal) { return uint64_t{1} << (signal - 1); }

#ifdef SI_TKILL
constexpr int kThreadKill = SI_TKILL;
#else
constexpr int kThreadKill = SI_USER;
#endif

// si_pid and si_uid share their bytes with timer and fault fields. Only these codes fill them in.
bool HasSender(const siginfo_t& info) {
  return info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_MESGQ ||
         info.si_code == kThreadKill || info.si_signo == SIGCHLD;
}

// Writes a whole record or nothing: its 16 bytes are fewer than PIPE_BUF.
void Write(Slot& slot, const SignalRecord& record) {
  if (write(slot.fd.load(), &record, sizeof record) < 0) slot.dropped.fetch_add(1);
}

void RecordSignal(const siginfo_t& info) {
  SignalRecord record = {static_cast<int16_t>(info.si_signo), 0, info.si_code, 0, 0};
  if (HasSender(info)) {
    record.pid = info.si_pid;
    record.uid = info.si_uid;
  }
  const auto listens = [&](const Slot& slot) {
    return (slot.mask.load() & Bit(info.si_signo)) != 0;
  };
  for (const Slot& slot : slots) record.environments += listens(slot) ? 1 : 0;
  for (Slot& slot : slots) {
    if (listens(slot)) Write(slot, record);
  }
}

void OnSignal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  in_handler.fetch_add(1);
  SignalHold::CountSeen(signal);
  RecordSignal(*info);
  const struct sigaction next = next_handlers[signal];
  // Leave before calling on: a handler that never returns must not block Quiesce() for ever.
  in_handler.fetch_sub(1);
  if ((next.sa_flags & SA_SIGINFO) != 0) {
    next.sa_sigaction(signal, info, context);
  } else if (next.sa_handler != SIG_DFL && next.sa_handler != SIG_IGN) {
    next.sa_handler(signal);
  }
  errno = saved_errno;
}

// Waits until no thread is in the part of the handler that reads the slots.
void Quiesce() {
  while (in_handler.load() != 0) sched_yield();
}

}  // namespace

int ClaimSlot(int fd) {
  for (int i = 0; i < kMaxEnvironments; ++i) {
    bool free = false;
    if (!slots[i].taken.compare_exchange_strong(free, true)) continue;
    slots[i].dropped.store(0);
    slots[i].fd.store(fd);
    return i;
  }
  return -ENOSPC;
}

void ReleaseSlot(int slot) {
  slots[slot].mask.store(0);
  Quiesce();
  slots[slot].fd.store(-1);
  slots[slot].taken.store(false);
}

void AddToSlot(int slot, int signal) { slots[slot].mask.fetch_or(Bit(signal)); }

bool RemoveFromSlot(int slot, int signal) {
  return (slots[slot].mask.fetch_and(~Bit(signal)) & Bit(signal)) != 0;
}

uint32_t DroppedBy(int slot) { return slots[slot].dropped.load(); }

void RecordMissed(int slot, int signal) {
  Write(slots[slot], {static_cast<int16_t>(signal), 1, SI_USER, 0, 0});
}

void InstallHandler(int signal, const struct sigaction& next) {
  PinThisObject();
  Quiesce();
  next_handlers[signal] = next;
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

const struct sigaction& NextHandler(int signal) { return next_handlers[signal]; }

bool IsOurHandler(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == OnSignal;
}

}  // namespace sexton
