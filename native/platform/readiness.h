#ifndef SEXTON_PLATFORM_READINESS_H_
#define SEXTON_PLATFORM_READINESS_H_

#include <cstdint>

#include "platform/descriptors.h"

namespace sexton {

// One descriptor that becomes readable when any of the watched ones is ready (epoll(7)). Unlike a
// set of uv_poll_t it refuses a second watch of a descriptor, and a file that is always ready.
//
// Watches are level-triggered: a reader that has taken a part is called again for the rest.
class ReadinessSet {
 public:
  static constexpr int kBatch = 64;
  static constexpr int kFields = 2;  // the token and the events

  int Open();  // 0 or -errno
  int fd() const { return epoll_.get(); }

  // `events` of the kinds below. 0 or -errno: -EEXIST for a second watch, -EPERM for a file.
  int Watch(int fd, uint32_t events, uint32_t token);
  int Change(int fd, uint32_t events, uint32_t token);
  int Unwatch(int fd);          // call it before closing the descriptor
  int Drain(double* occurred);  // writes at most kBatch times kFields; how many, or -errno

 private:
  UniqueFd epoll_;
};

// The events by which a descriptor is watched. The kernel reports the last two unasked.
constexpr uint32_t kReadable = 1;
constexpr uint32_t kWritable = 2;
constexpr uint32_t kHungUp = 4;
constexpr uint32_t kFailed = 8;

}  // namespace sexton

#endif  // SEXTON_PLATFORM_READINESS_H_
