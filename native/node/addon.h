#ifndef SEXTON_NODE_ADDON_H_
#define SEXTON_NODE_ADDON_H_

#include <napi.h>

#include <initializer_list>

#include "node/environment.h"

// The only room that knows Node-API. A glue file turns arguments into plain values, calls one of
// the other rooms, and turns the result into a JavaScript value. A negative number is -errno by
// convention; lib/base/errors.ts gives it words.
//
// lib/ alone calls these methods, and has checked what their arguments mean to the system. Here
// only their types are checked, because a wrong one would crash. Two rules come from workers, which
// may be terminated at any instant: results go into arrays that the caller has made, since no
// object can be made then; and whatever an environment owns is in Environment, which gives it back
// when the environment ends.

namespace sexton {

// The type of one argument. Without the check another value would be read as 0, which as a pid
// means the whole process group, or as memory that does not exist.
struct Parameter {
  enum Kind { kInt, kUint, kBool, kFunction, kBytes, kInts, kDoubles };
  Kind kind;
  size_t room = 0;  // elements that an array must have at least
};
constexpr Parameter kInt = {Parameter::kInt};
constexpr Parameter kUint = {Parameter::kUint};
constexpr Parameter kBool = {Parameter::kBool};
constexpr Parameter kFunction = {Parameter::kFunction};
constexpr Parameter kBytes = {Parameter::kBytes};

constexpr Parameter Ints(size_t room) { return {Parameter::kInts, room}; }
constexpr Parameter Doubles(size_t room) { return {Parameter::kDoubles, room}; }

using Method = Napi::Value (*)(const Napi::CallbackInfo&);

// Adds a method to the addon. A call with other arguments than `parameters` throws a TypeError.
void Define(Napi::Object exports, const char* name, Method method,
            std::initializer_list<Parameter> parameters, Environment* state);

inline Environment* State(const Napi::CallbackInfo& info) {
  return static_cast<Environment*>(info.Data());
}

inline int IntArg(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().Int32Value();
}

inline uint32_t UintArg(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().Uint32Value();
}

inline Napi::Value Result(const Napi::CallbackInfo& info, double value) {
  return Napi::Number::New(info.Env(), value);
}

// --- one for each glue file ---

void DefineDescriptors(Napi::Object exports, Environment* state);
void DefineDiscard(Napi::Object exports, Environment* state);
void DefineProcess(Napi::Object exports, Environment* state);
void DefineReadiness(Napi::Object exports, Environment* state);
void DefineSignals(Napi::Object exports, Environment* state);
void DefineSockets(Napi::Object exports, Environment* state);
void DefineSpawn(Napi::Object exports, Environment* state);
void DefineTerminal(Napi::Object exports, Environment* state);
void DefineWait(Napi::Object exports, Environment* state);

}  // namespace sexton

#endif  // SEXTON_NODE_ADDON_H_
