#ifndef SEXTON_WAIT_EXIT_SOURCE_H_
#define SEXTON_WAIT_EXIT_SOURCE_H_

#include <cstdint>

#include "platform/descriptors.h"

namespace sexton {

// One descriptor that becomes readable when any of the watched pidfds does.
//
// Watches are edge-triggered. A level-triggered watch would spin while a debugger holds a dead
// child: the child's pidfd is readable, but waitid() reports nothing until the debugger lets go,
// which makes the kernel signal the pidfd again. Events beyond a batch stay queued in the kernel.
class ExitSource {
 public:
  static constexpr int kBatch = 64;

  int Open();  // 0 or -errno
  int fd() const { return epoll_.get(); }
  int Watch(int pidfd, uint32_t token);  // 0 or -errno
  int Unwatch(int pidfd);                // call it before closing the pidfd; 0 or -errno
  int Drain(double* tokens);             // writes at most kBatch; how many, or -errno

 private:
  UniqueFd epoll_;
};

}  // namespace sexton

#endif  // SEXTON_WAIT_EXIT_SOURCE_H_
