#include <napi.h>

#include "node/glue.h"

namespace sexton {

// Loaded once per environment: the main thread and each worker that asks for it. The environment's
// state is not deleted with this object, but when libuv has given back its handles
// (environment.cc).
class SextonAddon : public Napi::Addon<SextonAddon> {
 public:
  SextonAddon(Napi::Env env, Napi::Object exports) {
    auto* state = new Environment(env);
    DefineWait(exports, state);
    DefineDiscard(exports, state);
    DefineExitSource(exports, state);
    DefineSpawn(exports, state);
    DefineTerminal(exports, state);
    DefineSignals(exports, state);
  }
};

}  // namespace sexton

using sexton::SextonAddon;
NODE_API_ADDON(SextonAddon)
