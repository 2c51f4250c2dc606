#include <unistd.h>

#include "keeper/holder.h"

// What a container's keeper tells its server.

namespace sexton {

// Facts have an order. One that finds no room is told when there is room.
void Holder::Tell() {
  if (!servers_.is_adopted()) return;
  constexpr auto kLast = static_cast<uint32_t>(HoldReport::kNoted);
  for (uint32_t fact = static_cast<uint32_t>(HoldReport::kHeld); fact <= kLast; ++fact) {
    const uint32_t bit = 1u << fact;
    if ((facts_ & ~told_ & bit) == 0) continue;
    if (!TellFact(static_cast<HoldReport>(fact))) return;
    told_ |= bit;
  }
}

bool Holder::TellFact(HoldReport fact) {
  double record[kRecordFields];
  const auto runtime = static_cast<uint32_t>(runtime_);
  switch (fact) {
    case HoldReport::kHeld:
      return TellHeld();
    case HoldReport::kRefused:
      return servers_.Send(fact, refusal_, sizeof refusal_);
    case HoldReport::kFailed:
      return servers_.Send(fact, failure_, sizeof failure_);
    case HoldReport::kStarted:
      return servers_.Send(fact, &runtime, sizeof runtime);
    case HoldReport::kTerminal:
      return servers_.Send(fact, nullptr, 0, &slots_[kTerminal], slots_[kTerminal] < 0 ? 0 : 1);
    case HoldReport::kExited:
      WriteRecord(runtime_status_, record);
      return servers_.Send(fact, record, sizeof record);
    case HoldReport::kContainer:
      return servers_.Send(fact, &container_pid_, sizeof container_pid_);
    case HoldReport::kEnded:
      WriteRecord(container_status_, record);
      return servers_.Send(fact, record, sizeof record);
    case HoldReport::kNoted:
      return servers_.Send(fact, &progress_, sizeof progress_);
    case HoldReport::kBusy:
    case HoldReport::kFinished:
      break;
  }
  return true;
}

// The terminal follows as a fact of its own.
bool Holder::TellHeld() {
  uint32_t words[] = {static_cast<uint32_t>(getpid()), progress_, 0};
  int fds[kSlots];
  int count = 0;
  for (uint32_t slot = 0; slot < kSlots; ++slot) {
    if (slots_[slot] < 0 || slot == kTerminal) continue;
    words[2] |= 1u << slot;
    fds[count++] = slots_[slot];
  }
  return servers_.Send(HoldReport::kHeld, words, sizeof words, fds, count);
}

}  // namespace sexton
