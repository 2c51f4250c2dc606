#ifndef SEXTON_NODE_GLUE_H_
#define SEXTON_NODE_GLUE_H_

#include <napi.h>

#include <vector>

#include "node/args.h"
#include "node/environment.h"

namespace sexton {

// Each glue file turns arguments into plain values, makes one kernel call, and turns the result
// into a JavaScript value. By convention a negative number is -errno; lib/base/errors.ts gives it
// words. Arguments come from lib/ alone, which has checked what they mean to the system; a method
// is called only with those that its parameters ask for.

using Method = Napi::Value (*)(const Napi::CallbackInfo&);

inline void Define(Napi::Object exports, const char* name, Method method, Parameters parameters,
                   Environment* state) {
  const auto checked = [method, parameters = std::vector<Parameter>(parameters)](
                           const Napi::CallbackInfo& info) -> Napi::Value {
    return Check(info, parameters) ? method(info) : Napi::Value();
  };
  exports.Set(name, Napi::Function::New(exports.Env(), checked, name, state));
}

inline Environment* State(const Napi::CallbackInfo& info) {
  return static_cast<Environment*>(info.Data());
}

void DefineWait(Napi::Object exports, Environment* state);
void DefineDiscard(Napi::Object exports, Environment* state);
void DefineExitSource(Napi::Object exports, Environment* state);
void DefineSpawn(Napi::Object exports, Environment* state);
void DefineTerminal(Napi::Object exports, Environment* state);
void DefineSignals(Napi::Object exports, Environment* state);

}  // namespace sexton

#endif  // SEXTON_NODE_GLUE_H_
