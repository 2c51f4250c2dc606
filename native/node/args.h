#ifndef SEXTON_NODE_ARGS_H_
#define SEXTON_NODE_ARGS_H_

#include <napi.h>

#include <initializer_list>
#include <vector>

namespace sexton {

// What a method takes in one place. A value that is something else would be read as 0, which as a
// pid means the whole group, or as memory that is not there.
struct Parameter {
  enum Kind { kInt, kUint, kBool, kFunction, kBytes, kInts, kUints, kDoubles };
  Kind kind;
  size_t room = 0;  // elements that an array must have
  bool optional = false;
};
constexpr Parameter kInt = {Parameter::kInt};
constexpr Parameter kUint = {Parameter::kUint};
constexpr Parameter kBool = {Parameter::kBool};
constexpr Parameter kFunction = {Parameter::kFunction};
constexpr Parameter kBytes = {Parameter::kBytes};
constexpr Parameter kOptionalBytes = {Parameter::kBytes, 0, true};
constexpr Parameter kOptionalUints = {Parameter::kUints, 0, true};

constexpr Parameter Ints(size_t room) { return {Parameter::kInts, room}; }
constexpr Parameter Doubles(size_t room) { return {Parameter::kDoubles, room}; }

using Parameters = std::initializer_list<Parameter>;

// Whether the arguments are what the parameters ask for; if not, a TypeError is pending.
bool Check(const Napi::CallbackInfo& info, const std::vector<Parameter>& parameters);

inline int IntArg(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().Int32Value();
}

inline uint32_t UintArg(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().Uint32Value();
}

inline Napi::Value Result(const Napi::CallbackInfo& info, double value) {
  return Napi::Number::New(info.Env(), value);
}

// Pointers to the NUL-terminated strings of `block`, in order, with a null pointer after the last.
// They point into the buffer: it must outlive them.
std::vector<char*> Strings(const Napi::Value& block);

}  // namespace sexton

#endif  // SEXTON_NODE_ARGS_H_
