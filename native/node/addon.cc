#include <napi.h>

#include "node/glue.h"

namespace sexton {

// Created once per environment: the main thread, and each worker that loads the addon. The
// environment's state outlives this object until libuv has closed its handles (environment.cc).
class SextonAddon : public Napi::Addon<SextonAddon> {
 public:
  SextonAddon(Napi::Env env, Napi::Object exports) {
    auto* state = new Environment(env);
    DefineWait(exports, state);
    DefineDiscard(exports, state);
    DefinePidfds(exports, state);
    DefineProcess(exports, state);
    DefineDescriptors(exports, state);
    DefineSpawn(exports, state);
    DefineSignals(exports, state);
  }
};

}  // namespace sexton

using sexton::SextonAddon;
NODE_API_ADDON(SextonAddon)
