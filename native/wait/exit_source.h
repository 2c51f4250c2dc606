#ifndef SEXTON_WAIT_EXIT_SOURCE_H_
#define SEXTON_WAIT_EXIT_SOURCE_H_

#include <cstdint>

#include "platform/unique_fd.h"

namespace sexton {

// One descriptor that becomes readable when any of the watched process descriptors does.
//
// Watches are edge-triggered. Level-triggered ones would spin for as long as a debugger holds a
// dead child: its pidfd is readable, yet waitid() has nothing until the tracer lets go (the kernel
// then wakes the pidfd again). Events beyond a batch stay queued in the kernel, so nothing is lost.
class ExitSource {
 public:
  static constexpr int kBatch = 64;

  int Open();  // 0 or -errno
  int fd() const { return epoll_.get(); }
  int Watch(int pidfd, uint32_t token);  // 0 or -errno
  int Unwatch(int pidfd);                // before the pidfd is closed; 0 or -errno
  int Drain(double* tokens);             // at most kBatch; how many, or -errno

 private:
  UniqueFd epoll_;
};

}  // namespace sexton

#endif  // SEXTON_WAIT_EXIT_SOURCE_H_
