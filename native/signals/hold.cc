#include "signals/hold.h"

#include <atomic>

namespace sexton {
namespace {

std::atomic<uint32_t> seen[kSignals];

}  // namespace

void CountSeen(int signal) { seen[signal].fetch_add(1); }

int SignalHold::Start(uv_loop_t* loop, int slot, int signal, OnMissed on_missed) {
  on_missed_ = on_missed;
  slot_ = slot;
  signal_ = signal;
  if (!watcher_.open()) seen_before_ = seen[signal].load();
  return watcher_.Start(
      loop, signal, [](void* data) { static_cast<SignalHold*>(data)->OnTold(); }, this);
}

void SignalHold::OnTold() {
  if (told_ != seen[signal_].load() - seen_before_) {
    ++told_;
  } else {
    on_missed_(slot_, signal_);
  }
}

}  // namespace sexton
