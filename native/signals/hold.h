#ifndef SEXTON_SIGNALS_HOLD_H_
#define SEXTON_SIGNALS_HOLD_H_

#include <cstdint>

#include "signals/source.h"

namespace sexton {

// The watcher by which an environment keeps libuv's handler of a signal in place under ours.
//
// libuv's comes first, then ours over it. A signal in the instant between meets libuv's alone,
// which tells this watcher and no one else. As ours calls on to libuv's, the watcher is also told
// of what ours has seen: if it is told of more than that, the rest was missed.
class SignalHold {
 public:
  using OnMissed = void (*)(int slot, int signal);

  // 0 or -errno. `on_missed`: a signal for this slot that our handler has not seen.
  int Start(uv_loop_t* loop, int slot, int signal, OnMissed on_missed);
  SignalSource& watcher() { return watcher_; }

 private:
  void OnTold();

  SignalSource watcher_;
  OnMissed on_missed_ = nullptr;
  int slot_ = -1;
  int signal_ = 0;
  // Never set back: what a watcher was not told of before it was stopped, it may be told of when it
  // is started again.
  uint32_t told_ = 0;
  uint32_t seen_before_ = 0;
};

// Our handler has seen one. Safe in a signal handler.
void CountSeen(int signal);

}  // namespace sexton

#endif  // SEXTON_SIGNALS_HOLD_H_
