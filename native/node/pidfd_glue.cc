#include "node/glue.h"
#include "platform/pidfd.h"

namespace sexton {
namespace {

// Only calls: lib/ then drains the source. It allocates nothing, because that could fail in a
// worker that is being terminated, whose loop still turns although no JavaScript may run.
void OnReadable(void* data) {
  auto* state = static_cast<Environment*>(data);
  state->Call(state->on_exits);
}

// drainExits(tokens: Float64Array): how many tokens it has written. The array has room for kBatch.
Napi::Value DrainExits(const Napi::CallbackInfo& info) {
  auto tokens = info[0].As<Napi::Float64Array>();
  return Result(info, State(info)->exits.Drain(tokens.Data()));
}

// openExitSource(onExits): 0 or -errno. Once per environment.
Napi::Value OpenExitSource(const Napi::CallbackInfo& info) {
  Environment* state = State(info);
  const int opened = state->exits.Open();
  if (opened < 0) return Result(info, opened);
  state->on_exits = Napi::Persistent(info[0].As<Napi::Function>());
  return Result(info, state->exits_poll.Start(state->loop, state->exits.fd(), OnReadable, state));
}

Napi::Value WatchPidfd(const Napi::CallbackInfo& info) {
  const uint32_t token = UintArg(info, 1);
  return Result(info, State(info)->exits.Watch(IntArg(info, 0), token));
}

Napi::Value UnwatchPidfd(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->exits.Unwatch(IntArg(info, 0)));
}

Napi::Value Open(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->open_fds.Add(PidfdOpen(IntArg(info, 0))));
}

Napi::Value Send(const Napi::CallbackInfo& info) {
  return Result(info, PidfdSend(IntArg(info, 0), IntArg(info, 1)));
}

Napi::Value StateOf(const Napi::CallbackInfo& info) {
  return Result(info, PidfdState(IntArg(info, 0)));
}

// pidfdAwait(pidfd, milliseconds): blocks this thread.
Napi::Value Await(const Napi::CallbackInfo& info) {
  return Result(info, PidfdAwait(IntArg(info, 0), IntArg(info, 1)));
}

Napi::Value ExitStatusOf(const Napi::CallbackInfo& info) {
  return Result(info, PidfdExitStatus(IntArg(info, 0)));
}

}  // namespace

void DefinePidfds(Napi::Object exports, Environment* state) {
  exports.Set("exitBatch", ExitSource::kBatch);
  Define(exports, "openExitSource", OpenExitSource, {kFunction}, state);
  Define(exports, "drainExits", DrainExits, {Doubles(ExitSource::kBatch)}, state);
  Define(exports, "watchPidfd", WatchPidfd, {kInt, kUint}, state);
  Define(exports, "unwatchPidfd", UnwatchPidfd, {kInt}, state);
  Define(exports, "pidfdOpen", Open, {kInt}, state);
  Define(exports, "pidfdSend", Send, {kInt, kInt}, state);
  Define(exports, "pidfdState", StateOf, {kInt}, state);
  Define(exports, "pidfdAwait", Await, {kInt, kInt}, state);
  Define(exports, "pidfdExitStatus", ExitStatusOf, {kInt}, state);
}

}  // namespace sexton
