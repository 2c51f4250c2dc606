#ifndef SEXTON_NODE_SPAWN_PLAN_GLUE_H_
#define SEXTON_NODE_SPAWN_PLAN_GLUE_H_

#include <napi.h>

#include <vector>

#include "spawn/spawn.h"

namespace sexton {

// The plan that the arguments of a call ask for: (files, argv, env, cwd?, fds, rlimits, groups?,
// numbers). Arrays alone: to read objects can fail in a worker that is being terminated. The
// strings stay in the caller's buffers.
class SpawnArguments {
 public:
  explicit SpawnArguments(const Napi::CallbackInfo& info);
  SpawnArguments(const SpawnArguments&) = delete;
  SpawnArguments& operator=(const SpawnArguments&) = delete;

  SpawnPlan* plan() { return &plan_; }

 private:
  std::vector<char*> environment_;
  std::vector<char*> directory_;
  SpawnPlan plan_;
};

}  // namespace sexton

#endif  // SEXTON_NODE_SPAWN_PLAN_GLUE_H_
