#ifndef SEXTON_SIGNALS_CAPTURE_H_
#define SEXTON_SIGNALS_CAPTURE_H_

#include <array>
#include <cstdint>
#include <memory>

#include "platform/unique_fd.h"
#include "signals/handler.h"
#include "signals/hold.h"
#include "signals/slots.h"

namespace sexton {

// One environment's view of the signals it asked for, with who sent each: the pipe that the handler
// writes to.
class SignalCapture {
 public:
  static constexpr int kBatch = 128;

  ~SignalCapture();
  int Open();  // 0 or -errno; -ENOSPC: too many environments listen
  int fd() const { return read_end_.get(); }

  int Subscribe(uv_loop_t* loop, int signal);  // 0 or -errno
  void Unsubscribe(int signal);
  void UnsubscribeAll();

  static bool HasHandler(int signal);

  int Drain(SignalRecord* records);  // at most kBatch; how many
  uint32_t dropped() const;          // records that found the pipe full, since Open()

  // libuv watchers to be closed at teardown; each must outlive its close callback.
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
