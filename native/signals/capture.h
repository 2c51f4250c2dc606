#ifndef SEXTON_SIGNALS_CAPTURE_H_
#define SEXTON_SIGNALS_CAPTURE_H_

#include <array>
#include <cstdint>
#include <memory>

#include "platform/descriptors.h"
#include "signals/handler.h"
#include "signals/source.h"

namespace sexton {

// The signals that one environment listens to: its slot, and the pipe that the handler writes to.
class SignalCapture {
 public:
  static constexpr int kBatch = 128;

  ~SignalCapture();
  int Open();  // 0 or -errno; -ENOSPC: too many environments
  int fd() const { return read_end_.get(); }

  int Subscribe(uv_loop_t* loop, int signal);  // 0 or -errno
  void Unsubscribe(int signal);
  void UnsubscribeAll();

  int Drain(SignalRecord* records);  // reads at most kBatch records; how many it has read
  uint32_t dropped() const;          // records that found the pipe full, since Open()

  // libuv's watchers, which the environment's teardown closes. Each outlives its close callback.
  using Holds = std::array<std::unique_ptr<SignalHold>, kSignals>;  // by number
  Holds& holds() { return holds_; }

 private:
  SignalHold* HoldFor(int signal);
  void EndBurst();

  UniqueFd read_end_;
  UniqueFd write_end_;
  int slot_ = -1;
  int burst_ = 0;
  Holds holds_;
};

}  // namespace sexton

#endif  // SEXTON_SIGNALS_CAPTURE_H_
