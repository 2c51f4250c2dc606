#include <signal.h>

#include "node/args.h"
#include "node/glue.h"

namespace sexton {
namespace {

// signal, code, pid, uid, environments: lib/signals/received-signal.ts reads them in this order
constexpr int kFields = 5;

void OnReadable(void* data) {
  auto* state = static_cast<Environment*>(data);
  state->Call(state->on_signals);
}

// drainSignals(records: Float64Array): how many records it has filled in. Room for kBatch.
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

// hasHandler(signal): whether anyone has a handler for it, in whatever language.
Napi::Value HasHandler(const Napi::CallbackInfo& info) {
  return Result(info, SignalCapture::HasHandler(IntArg(info, 0)) ? 1 : 0);
}

Napi::Value DroppedSignals(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->signals.dropped());
}

}  // namespace

void DefineSignals(Napi::Object exports, Environment* state) {
  exports.Set("signalBatch", SignalCapture::kBatch);
  exports.Set("signalFields", kFields);
  Define(exports, "openSignals", OpenSignals, {kFunction}, state);
  Define(exports, "drainSignals", DrainSignals, {Doubles(SignalCapture::kBatch * kFields)}, state);
  Define(exports, "subscribeSignal", SubscribeSignal, {kInt}, state);
  Define(exports, "unsubscribeSignal", UnsubscribeSignal, {kInt}, state);
  Define(exports, "hasHandler", HasHandler, {kInt}, state);
  Define(exports, "droppedSignals", DroppedSignals, {}, state);
#ifdef SIGRTMIN
  exports.Set("realtimeMin", SIGRTMIN);
  exports.Set("realtimeMax", SIGRTMAX);
#endif
}

}  // namespace sexton
