#include "node/addon.h"
#include "platform/readiness.h"

namespace sexton {
namespace {

// Only calls, as OnReadable() of wait_glue.cc does and for its reason.
void OnReadable(void* data) {
  auto* state = static_cast<Environment*>(data);
  state->Call(state->on_ready);
}

// openReadinessSet(onReady): 0 or -errno. Once per environment.
Napi::Value OpenSet(const Napi::CallbackInfo& info) {
  Environment* state = State(info);
  const int opened = state->ready.Open();
  if (opened < 0) return Result(info, opened);
  state->on_ready = Napi::Persistent(info[0].As<Napi::Function>());
  return Result(info, state->ready_poll.Start(state->loop, state->ready.fd(), OnReadable, state));
}

// drainReadiness(occurred: Float64Array): how many pairs of a token and its events it has written.
Napi::Value DrainSet(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->ready.Drain(info[0].As<Napi::Float64Array>().Data()));
}

// watchFd(fd, events, token): 0 or -errno.
Napi::Value WatchFd(const Napi::CallbackInfo& info) {
  auto& ready = State(info)->ready;
  return Result(info, ready.Watch(IntArg(info, 0), UintArg(info, 1), UintArg(info, 2)));
}

// rewatchFd(fd, events, token): changes what a watch waits for; 0 or -errno.
Napi::Value RewatchFd(const Napi::CallbackInfo& info) {
  auto& ready = State(info)->ready;
  return Result(info, ready.Change(IntArg(info, 0), UintArg(info, 1), UintArg(info, 2)));
}

Napi::Value UnwatchFd(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->ready.Unwatch(IntArg(info, 0)));
}

}  // namespace

void DefineReadiness(Napi::Object exports, Environment* state) {
  exports.Set("readinessBatch", ReadinessSet::kBatch);
  exports.Set("readinessFields", ReadinessSet::kFields);
  Define(exports, "openReadinessSet", OpenSet, {kFunction}, state);
  Define(exports, "drainReadiness", DrainSet,
         {Doubles(ReadinessSet::kBatch * ReadinessSet::kFields)}, state);
  Define(exports, "watchFd", WatchFd, {kInt, kUint, kUint}, state);
  Define(exports, "rewatchFd", RewatchFd, {kInt, kUint, kUint}, state);
  Define(exports, "unwatchFd", UnwatchFd, {kInt}, state);
}

}  // namespace sexton
