#include "node/loop_poll.h"

namespace sexton {

int LoopPoll::Start(uv_loop_t* loop, int fd, OnReadable on_readable, void* data) {
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

void LoopPoll::Close(OnClosed on_closed, void* data) {
  on_closed_ = on_closed;
  data_ = data;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_), [](uv_handle_t* handle) {
    auto* self = static_cast<LoopPoll*>(handle->data);
    self->started_ = false;
    self->on_closed_(self->data_);
  });
}

}  // namespace sexton
