#include "node/addon.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

namespace sexton {
namespace {

template <typename Integer>
bool IsInteger(const Napi::Value& value) {
  if (!value.IsNumber()) return false;
  const double number = value.As<Napi::Number>().DoubleValue();
  return number >= std::numeric_limits<Integer>::min() &&
         number <= std::numeric_limits<Integer>::max() && number == std::trunc(number);
}

bool IsArray(const Napi::Value& value, napi_typedarray_type type, size_t room) {
  if (!value.IsTypedArray()) return false;
  const auto array = value.As<Napi::TypedArray>();
  return array.TypedArrayType() == type && array.ElementLength() >= room;
}

bool Fits(const Napi::Value& value, const Parameter& parameter) {
  switch (parameter.kind) {
    case Parameter::kInt:
      return IsInteger<int32_t>(value);
    case Parameter::kUint:
      return IsInteger<uint32_t>(value);
    case Parameter::kBool:
      return value.IsBoolean();
    case Parameter::kFunction:
      return value.IsFunction();
    case Parameter::kBytes:
      return IsArray(value, napi_uint8_array, parameter.room);
    case Parameter::kInts:
      return IsArray(value, napi_int32_array, parameter.room);
    case Parameter::kDoubles:
      return IsArray(value, napi_float64_array, parameter.room);
  }
  return false;
}

// If an argument has the wrong type, a TypeError is pending.
bool Check(const Napi::CallbackInfo& info, const std::vector<Parameter>& parameters) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (Fits(info[i], parameters[i])) continue;
    char message[64];
    snprintf(message, sizeof message, "native argument %zu has the wrong type", i);
    Napi::TypeError::New(info.Env(), message).ThrowAsJavaScriptException();
    return false;
  }
  return true;
}

}  // namespace

void Define(Napi::Object exports, const char* name, Method method,
            std::initializer_list<Parameter> parameters, Environment* state) {
  const auto checked = [method, parameters = std::vector<Parameter>(parameters)](
                           const Napi::CallbackInfo& info) -> Napi::Value {
    return Check(info, parameters) ? method(info) : Napi::Value();
  };
  exports.Set(name, Napi::Function::New(exports.Env(), checked, name, state));
}

// Created once per environment: the main thread, and each worker that loads the addon. The
// environment's state outlives this object until libuv has closed its handles (environment.cc).
class SextonAddon : public Napi::Addon<SextonAddon> {
 public:
  SextonAddon(Napi::Env env, Napi::Object exports) {
    auto* state = new Environment(env);
    DefineWait(exports, state);
    DefineDiscard(exports, state);
    DefineProcess(exports, state);
    DefineDescriptors(exports, state);
    DefineSpawn(exports, state);
    DefineSignals(exports, state);
    DefineSockets(exports, state);
    DefineReadiness(exports, state);
    DefineTerminal(exports, state);
  }
};

}  // namespace sexton

using sexton::SextonAddon;
NODE_API_ADDON(SextonAddon)
