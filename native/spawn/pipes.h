#ifndef SEXTON_SPAWN_PIPES_H_
#define SEXTON_SPAWN_PIPES_H_

#include <cstdint>
#include <vector>

#include "platform/descriptors.h"
#include "spawn/plan.h"

namespace sexton {

// The pipes between this process and a child: one for each entry kReadPipe or kWritePipe of a plan.
// An object closes the ends that nobody has taken, so a spawn that fails leaves none.
class ChildPipes {
 public:
  // Makes them, and puts the child's ends into the plan. They belong to the user of the plan. 0 or
  // -errno.
  int Make(SpawnPlan* plan);

  // Gives this process's ends away: take(index in fds, descriptor). They are non-blocking; the
  // child's block, as most programs expect.
  template <typename Take>
  void Release(Take take) {
    for (Pipe& pipe : pipes_) take(pipe.index, pipe.ours.Release());
  }

 private:
  struct Pipe {
    uint32_t index;
    UniqueFd ours;
    UniqueFd theirs;
  };

  int Open(const SpawnPlan& plan, uint32_t index, int32_t* entry);

  std::vector<Pipe> pipes_;
};

}  // namespace sexton

#endif  // SEXTON_SPAWN_PIPES_H_
