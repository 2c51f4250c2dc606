#ifndef SEXTON_ARGS_H_
#define SEXTON_ARGS_H_

#include <napi.h>

#include <vector>

namespace sexton {

inline int IntArg(const Napi::CallbackInfo& info, size_t index) {
  return info[index].As<Napi::Number>().Int32Value();
}

inline Napi::Value Result(const Napi::CallbackInfo& info, double value) {
  return Napi::Number::New(info.Env(), value);
}

// Pointers to the NUL-terminated strings of `block`, in order, with a null pointer after the last.
// They point into the buffer: it must outlive them.
std::vector<char*> Strings(const Napi::Value& block);

}  // namespace sexton

#endif  // SEXTON_ARGS_H_
