#ifndef SEXTON_NODE_LOOP_POLL_H_
#define SEXTON_NODE_LOOP_POLL_H_

#include <uv.h>

namespace sexton {

// One descriptor watched for readability by the environment's event loop. It never keeps the loop
// alive: who awaits something says so in lib/base/keep-alive.ts.
//
// Level-triggered by libuv: what a bounded drain leaves behind is reported again next turn.
class LoopPoll {
 public:
  using OnReadable = void (*)(void* data);
  using OnClosed = void (*)(void* data);

  int Start(uv_loop_t* loop, int fd, OnReadable on_readable, void* data);  // 0 or -errno
  bool started() const { return started_; }

  // Asynchronous: the handle's memory must live until `on_closed` has been called. The descriptor
  // may be closed as soon as this returns (libuv's rule for uv_poll_t).
  void Close(OnClosed on_closed, void* data);

 private:
  uv_poll_t handle_ = {};
  bool started_ = false;
  OnReadable on_readable_ = nullptr;
  OnClosed on_closed_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace sexton

#endif  // SEXTON_NODE_LOOP_POLL_H_
