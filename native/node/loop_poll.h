#ifndef SEXTON_NODE_LOOP_POLL_H_
#define SEXTON_NODE_LOOP_POLL_H_

#include <uv.h>

namespace sexton {

// One descriptor whose readability the environment's event loop watches. It never keeps the loop
// alive: lib/base/process-life.ts does, while a program awaits something.
//
// libuv polls level-triggered, so whatever a bounded drain leaves is reported again on the next
// turn.
class LoopPoll {
 public:
  using OnReadable = void (*)(void* data);
  using OnClosed = void (*)(void* data);

  // 0 or -errno.
  int Start(uv_loop_t* loop, int fd, OnReadable on_readable, void* data) {
    on_readable_ = on_readable;
    data_ = data;
    handle_.data = this;
    const int opened = uv_poll_init(loop, &handle_, fd);
    if (opened != 0) return opened;
    started_ = true;
    uv_unref(reinterpret_cast<uv_handle_t*>(&handle_));
    return uv_poll_start(&handle_, UV_READABLE, [](uv_poll_t* handle, int, int) {
      auto* self = static_cast<LoopPoll*>(handle->data);
      self->on_readable_(self->data_);
    });
  }

  bool started() const { return started_; }

  // Asynchronous: the handle's memory must live until `on_closed` has been called. The descriptor
  // may be closed as soon as this returns (libuv's rule for uv_poll_t).
  void Close(OnClosed on_closed, void* data) {
    on_closed_ = on_closed;
    data_ = data;
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_), [](uv_handle_t* handle) {
      auto* self = static_cast<LoopPoll*>(handle->data);
      self->started_ = false;
      self->on_closed_(self->data_);
    });
  }

 private:
  uv_poll_t handle_ = {};
  bool started_ = false;
  OnReadable on_readable_ = nullptr;
  OnClosed on_closed_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace sexton

#endif  // SEXTON_NODE_LOOP_POLL_H_
