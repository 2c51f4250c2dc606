#include <sys/epoll.h>

#include <cerrno>

#include "platform/process.h"
#include "platform/readiness.h"

namespace sexton {
namespace {

constexpr struct {
  uint32_t ours;
  uint32_t kernels;
} kEvents[] = {
    {kReadable, EPOLLIN}, {kWritable, EPOLLOUT}, {kHungUp, EPOLLHUP}, {kFailed, EPOLLERR}};

uint32_t ToKernel(uint32_t events) {
  uint32_t result = 0;
  for (const auto& event : kEvents) result |= (events & event.ours) != 0 ? event.kernels : 0;
  return result;
}

uint32_t FromKernel(uint32_t events) {
  uint32_t result = 0;
  for (const auto& event : kEvents) result |= (events & event.kernels) != 0 ? event.ours : 0;
  return result;
}

int Control(int epoll, int operation, int fd, uint32_t events, uint32_t token) {
  struct epoll_event event = {};
  event.events = ToKernel(events);
  event.data.u64 = token;
  return epoll_ctl(epoll, operation, fd, &event) == 0 ? 0 : -errno;
}

}  // namespace

int ReadinessSet::Open() {
  if (epoll_.valid()) return -EALREADY;
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return -errno;
  epoll_.Reset(fd);
  return 0;
}

int ReadinessSet::Watch(int fd, uint32_t events, uint32_t token) {
  return Control(epoll_.get(), EPOLL_CTL_ADD, fd, events, token);
}

int ReadinessSet::Change(int fd, uint32_t events, uint32_t token) {
  return Control(epoll_.get(), EPOLL_CTL_MOD, fd, events, token);
}

int ReadinessSet::Unwatch(int fd) { return Control(epoll_.get(), EPOLL_CTL_DEL, fd, 0, 0); }

int ReadinessSet::Drain(double* occurred) {
  struct epoll_event ready[kBatch];
  const long count = Retry([&] { return epoll_wait(epoll_.get(), ready, kBatch, 0); });
  for (long i = 0; i < count; ++i, occurred += kFields) {
    occurred[0] = static_cast<double>(ready[i].data.u64);
    occurred[1] = FromKernel(ready[i].events);
  }
  return static_cast<int>(count);
}

}  // namespace sexton
