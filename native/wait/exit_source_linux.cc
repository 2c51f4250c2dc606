#include <sys/epoll.h>

#include "platform/retry.h"
#include "wait/exit_source.h"

namespace sexton {

int ExitSource::Open() {
  if (epoll_.valid()) return -EALREADY;
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return -errno;
  epoll_.Reset(fd);
  return 0;
}

int ExitSource::Watch(int pidfd, uint32_t token) {
  struct epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = token;
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, pidfd, &event) == 0 ? 0 : -errno;
}

int ExitSource::Unwatch(int pidfd) {
  return epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, pidfd, nullptr) == 0 ? 0 : -errno;
}

int ExitSource::Drain(double* tokens) {
  struct epoll_event ready[kBatch];
  const long count = Retry([&] { return epoll_wait(epoll_.get(), ready, kBatch, 0); });
  for (long i = 0; i < count; ++i) tokens[i] = static_cast<double>(ready[i].data.u64);
  return static_cast<int>(count);
}

}  // namespace sexton
