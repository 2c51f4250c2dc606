#ifndef SEXTON_SIGNALS_SOURCE_H_
#define SEXTON_SIGNALS_SOURCE_H_

#include <uv.h>

namespace sexton {

constexpr int kSignals = 65;  // by number; there is no signal 0

// One libuv signal watcher. Unlike process.on() it works in worker threads too. It never keeps the
// loop alive. libuv allows any number of watchers of one signal, in any number of loops.
class SignalSource {
 public:
  using OnSignal = void (*)(void* data);
  using OnClosed = void (*)(void* data);

  // `on_signal` may be null: the watcher then only holds libuv's handler in place.
  int Start(uv_loop_t* loop, int signal, OnSignal on_signal, void* data);  // 0 or -errno
  bool open() const { return open_; }
  void Stop();  // no more calls; may be started again

  // Asynchronous: the memory must live until `on_closed` has been called.
  void Close(OnClosed on_closed, void* data);

  // Keeps libuv's handler in place for the rest of this process's life, by a watcher in a loop that
  // no one runs: with no environment it ends. The first signals fill that loop's pipe, which then
  // refuses the others. One call at a time. 0 or -errno.
  static int HoldForever(int signal);

 private:
  uv_signal_t handle_ = {};
  bool open_ = false;
  OnSignal on_signal_ = nullptr;
  OnClosed on_closed_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace sexton

#endif  // SEXTON_SIGNALS_SOURCE_H_
