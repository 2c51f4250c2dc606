#include <signal.h>

#include "node/addon.h"
#include "signals/handler.h"

namespace sexton {
namespace {

// The numbers of a record: signal, code, pid, uid, environments. lib/signals/origin.ts
// reads them in this order.
constexpr int kFields = 5;

void OnReadable(void* data) {
  auto* state = static_cast<Environment*>(data);
  state->Call(state->on_signals);
}

#ifdef SIGRTMIN
void SetRealtimeRange(Napi::Object exports) {
  exports.Set("realtimeMin", SIGRTMIN);
  exports.Set("realtimeMax", SIGRTMAX);
}
#else
void SetRealtimeRange(Napi::Object) {}
#endif

// drainSignals(records: Float64Array): how many records it has written. The array has room for
// kBatch.
Napi::Value DrainSignals(const Napi::CallbackInfo& info) {
  SignalRecord records[SignalCapture::kBatch];
  const int count = State(info)->signals.Drain(records);
  double* out = info[0].As<Napi::Float64Array>().Data();
  for (int i = 0; i < count; ++i, out += kFields) {
    out[0] = records[i].signal;
    out[1] = records[i].code;
    out[2] = records[i].pid;
    out[3] = records[i].uid;
    out[4] = records[i].environments;
  }
  return Result(info, count);
}

// openSignals(onSignals): 0 or -errno. Once per environment.
Napi::Value OpenSignals(const Napi::CallbackInfo& info) {
  Environment* state = State(info);
  const int opened = state->signals.Open();
  if (opened < 0) return Result(info, opened);
  state->on_signals = Napi::Persistent(info[0].As<Napi::Function>());
  return Result(info,
                state->signals_poll.Start(state->loop, state->signals.fd(), OnReadable, state));
}

Napi::Value SubscribeSignal(const Napi::CallbackInfo& info) {
  Environment* state = State(info);
  return Result(info, state->signals.Subscribe(state->loop, IntArg(info, 0)));
}

Napi::Value UnsubscribeSignal(const Napi::CallbackInfo& info) {
  State(info)->signals.Unsubscribe(IntArg(info, 0));
  return info.Env().Undefined();
}

// hasHandler(signal): 1 if this process has a handler for it, in whatever language; else 0.
Napi::Value IsHandled(const Napi::CallbackInfo& info) {
  return Result(info, HasHandler(IntArg(info, 0)) ? 1 : 0);
}

Napi::Value DroppedSignals(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->signals.dropped());
}

// startChildSignal(onSignal): calls it once for each SIGCHLD that libuv delivers; several signals
// may coalesce into one.
Napi::Value StartChildSignal(const Napi::CallbackInfo& info) {
  Environment* state = State(info);
  state->on_child_signal = Napi::Persistent(info[0].As<Napi::Function>());
  const auto on_signal = [](void* data) {
    auto* self = static_cast<Environment*>(data);
    self->Call(self->on_child_signal);
  };
  return Result(info, state->child_signal.Start(state->loop, SIGCHLD, on_signal, state));
}

Napi::Value StopChildSignal(const Napi::CallbackInfo& info) {
  State(info)->child_signal.Stop();
  return info.Env().Undefined();
}

// repairChildSignal(): whether there was something to undo.
Napi::Value Repair(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), RepairChildSignal());
}

}  // namespace

void DefineSignals(Napi::Object exports, Environment* state) {
  exports.Set("signalBatch", SignalCapture::kBatch);
  exports.Set("signalFields", kFields);
  Define(exports, "openSignals", OpenSignals, {kFunction}, state);
  Define(exports, "drainSignals", DrainSignals, {Doubles(SignalCapture::kBatch * kFields)}, state);
  Define(exports, "subscribeSignal", SubscribeSignal, {kInt}, state);
  Define(exports, "unsubscribeSignal", UnsubscribeSignal, {kInt}, state);
  Define(exports, "hasHandler", IsHandled, {kInt}, state);
  Define(exports, "droppedSignals", DroppedSignals, {}, state);
  Define(exports, "startChildSignal", StartChildSignal, {kFunction}, state);
  Define(exports, "stopChildSignal", StopChildSignal, {}, state);
  Define(exports, "repairChildSignal", Repair, {}, state);
  SetRealtimeRange(exports);
}

}  // namespace sexton
