#ifndef SEXTON_SIGNALS_SOURCE_H_
#define SEXTON_SIGNALS_SOURCE_H_

#include <uv.h>

#include <cstdint>

namespace sexton {

constexpr int kSignals = 65;  // array size by signal number; there is no signal 0

// One libuv signal watcher. Unlike process.on() it works in worker threads too. It never keeps the
// loop alive. libuv allows any number of watchers of one signal, in any number of loops.
class SignalSource {
 public:
  using OnSignal = void (*)(void* data);
  using OnClosed = void (*)(void* data);

  // `on_signal` may be null: the watcher then only keeps libuv's handler in place. 0 or -errno.
  int Start(uv_loop_t* loop, int signal, OnSignal on_signal, void* data);
  bool open() const { return open_; }
  void Stop();  // ends the calls; the watcher may be started again

  // Asynchronous: the memory must live until `on_closed` has been called.
  void Close(OnClosed on_closed, void* data);

  // Keeps libuv's handler in place until this process ends, by a watcher in a loop that never runs:
  // a watcher in an environment's loop would end with it. The first signals fill that loop's pipe,
  // which then refuses the others. One call at a time. 0 or -errno.
  static int HoldForever(int signal);

 private:
  uv_signal_t handle_ = {};
  bool open_ = false;
  OnSignal on_signal_ = nullptr;
  OnClosed on_closed_ = nullptr;
  void* data_ = nullptr;
};

// The watcher by which an environment keeps libuv's handler of a signal in place under ours.
//
// libuv's handler is installed first, then ours over it. A signal that arrives between the two
// reaches libuv's handler alone, which calls this watcher. Our handler calls on to libuv's, so the
// watcher also hears of each signal that ours has seen. Any further call is a missed signal.
class SignalHold {
 public:
  using OnMissed = void (*)(int slot, int signal);

  // Calls `on_missed` for each signal for this slot that our handler has not seen. 0 or -errno.
  int Start(uv_loop_t* loop, int slot, int signal, OnMissed on_missed);
  SignalSource& watcher() { return watcher_; }

  // Our handler has seen a signal. Safe in a signal handler.
  static void CountSeen(int signal);

 private:
  void OnTold();

  SignalSource watcher_;
  OnMissed on_missed_ = nullptr;
  int slot_ = -1;
  int signal_ = 0;
  // Never reset: libuv may report a signal that came before a stop only after the next start.
  uint32_t told_ = 0;
  uint32_t seen_before_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_SIGNALS_SOURCE_H_
