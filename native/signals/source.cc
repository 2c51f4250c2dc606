#include "signals/source.h"

#include <atomic>

namespace sexton {
namespace {

// How many of each signal our handler has seen, in all environments.
std::atomic<uint32_t> seen[kSignals];

}  // namespace

int SignalSource::Start(uv_loop_t* loop, int signal, OnSignal on_signal, void* data) {
  on_signal_ = on_signal;
  data_ = data;
  if (!open_) {
    handle_.data = this;
    const int opened = uv_signal_init(loop, &handle_);
    if (opened != 0) return opened;
    open_ = true;
    uv_unref(reinterpret_cast<uv_handle_t*>(&handle_));
  }
  return uv_signal_start(
      &handle_,
      [](uv_signal_t* handle, int) {
        auto* self = static_cast<SignalSource*>(handle->data);
        if (self->on_signal_ != nullptr) self->on_signal_(self->data_);
      },
      signal);
}

void SignalSource::Stop() {
  if (open_) uv_signal_stop(&handle_);
}

void SignalSource::Close(OnClosed on_closed, void* data) {
  on_closed_ = on_closed;
  data_ = data;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_), [](uv_handle_t* handle) {
    auto* self = static_cast<SignalSource*>(handle->data);
    self->open_ = false;
    self->on_closed_(self->data_);
  });
}

int SignalSource::HoldForever(int signal) {
  static uv_loop_t loop;
  static SignalSource holds[kSignals];
  static bool initialized = false;
  if (!initialized) {
    const int error = uv_loop_init(&loop);
    if (error != 0) return error;
    initialized = true;
  }
  return holds[signal].Start(&loop, signal, nullptr, nullptr);
}

void SignalHold::CountSeen(int signal) { seen[signal].fetch_add(1); }

int SignalHold::Start(uv_loop_t* loop, int slot, int signal, OnMissed on_missed) {
  on_missed_ = on_missed;
  slot_ = slot;
  signal_ = signal;
  if (!watcher_.open()) seen_before_ = seen[signal].load();
  return watcher_.Start(
      loop, signal, [](void* data) { static_cast<SignalHold*>(data)->OnTold(); }, this);
}

void SignalHold::OnTold() {
  if (told_ != seen[signal_].load() - seen_before_) {
    ++told_;
  } else {
    on_missed_(slot_, signal_);
  }
}

}  // namespace sexton
