#include "signals/slots.h"

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace sexton {
namespace {

constexpr int kMaxEnvironments = 256;

// What the handler reads. Atomics only: it may run at any instant, on any thread.
struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<int> fd{-1};
  std::atomic<uint64_t> mask{0};
  std::atomic<uint32_t> dropped{0};
};
Slot slots[kMaxEnvironments];
std::atomic<int> in_handler{0};

uint64_t Bit(int signal) { return uint64_t{1} << (signal - 1); }

// si_pid and si_uid share their bytes with timer and fault fields: only these codes fill them in.
bool HasSender(const siginfo_t& info) {
  return info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_MESGQ ||
#ifdef SI_TKILL
         info.si_code == SI_TKILL ||
#endif
         info.si_signo == SIGCHLD;
}

// 16 bytes are less than PIPE_BUF: a record is written whole or not at all.
void Write(Slot& slot, const SignalRecord& record) {
  if (write(slot.fd.load(), &record, sizeof record) < 0) slot.dropped.fetch_add(1);
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

uint32_t DroppedBy(int slot) { return slots[slot].dropped.load(); }

void AddToSlot(int slot, int signal) { slots[slot].mask.fetch_or(Bit(signal)); }

bool RemoveFromSlot(int slot, int signal) {
  return (slots[slot].mask.fetch_and(~Bit(signal)) & Bit(signal)) != 0;
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

// Who has sent it, libuv's handler did not ask.
void RecordMissed(int slot, int signal) {
  Write(slots[slot], {static_cast<int16_t>(signal), 1, SI_USER, 0, 0});
}

void EnterHandler() { in_handler.fetch_add(1); }

void LeaveHandler() { in_handler.fetch_sub(1); }

void Quiesce() {
  while (in_handler.load() != 0) sched_yield();
}

}  // namespace sexton
