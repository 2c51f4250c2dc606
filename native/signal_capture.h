#ifndef SEXTON_SIGNAL_CAPTURE_H_
#define SEXTON_SIGNAL_CAPTURE_H_

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "signal_source.h"
#include "unique_fd.h"

namespace sexton {

struct SignalRecord {
  int32_t signal;
  int32_t code;  // si_code
  int32_t pid;   // 0: the kernel, or a sender outside this PID namespace
  uint32_t uid;
};

// One environment's view of the signals it asked for, with who sent each.
//
// Dispositions belong to the process, environments come and go: the handler, its chain and the
// counts are process-wide (signal_capture.cc); each environment has a pipe that the handler writes
// to, so a record goes to every environment that listens.
class SignalCapture {
 public:
  static constexpr int kBatch = 128;

  ~SignalCapture();
  int Open();  // 0 or -errno; -ENOSPC: too many environments listen
  int fd() const { return read_end_.get(); }

  int Subscribe(uv_loop_t* loop, int signal);  // 0 or -errno
  void Unsubscribe(int signal);
  void UnsubscribeAll();

  int Drain(SignalRecord* records);  // at most kBatch; how many
  uint32_t dropped() const;          // records that found the pipe full, since Open()

  // libuv watchers to be closed at teardown; each must outlive its close callback.
  using Holds = std::unordered_map<int, std::unique_ptr<SignalSource>>;
  Holds& holds() { return holds_; }

 private:
  UniqueFd read_end_;
  UniqueFd write_end_;
  int slot_ = -1;
  Holds holds_;
};

}  // namespace sexton

#endif  // SEXTON_SIGNAL_CAPTURE_H_
