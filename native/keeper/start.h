#ifndef SEXTON_KEEPER_START_H_
#define SEXTON_KEEPER_START_H_

#include <signal.h>

#include "spawn/plan.h"

// The parts of a start that the keepers of jobs and of containers share.

namespace sexton {

// Closes every descriptor from `first` on. A kernel without the call (before Linux 5.9) closes
// none: Node leaves none open for its children.
void CloseFrom(int first);

// Takes this process out of the reach of others, before anything is started: all signals stay
// blocked, a session of its own, and nobody may trace it. Gives the mask that it had. 0 or -errno.
int Withdraw(sigset_t* original_mask);

// Lets the child start with these signals blocked.
void UseMask(SpawnPlan* plan, const sigset_t& mask);

}  // namespace sexton

#endif  // SEXTON_KEEPER_START_H_
