#ifndef SEXTON_KEEPER_PID1_PLAN_BLOCK_H_
#define SEXTON_KEEPER_PID1_PLAN_BLOCK_H_

#include "keeper/pid1/arguments.h"
#include "keeper/pid1/world.h"
#include "spawn/spawn.h"

namespace sexton::pid1 {

// What a child is started with, besides the words of a SpawnPlan that are numbers.
struct Launch {
  Words head = {};             // its first words
  Words tail = {};             // and the others
  const char* file = nullptr;  // default: the first word
  char* const* env = nullptr;
  const char* const* variables = nullptr;  // replace those of `env`
  int variable_count = 0;
  const char* workdir = nullptr;  // or null
  bool names_child = false;       // systemd's variables that name this process name the child
};

// Starts a child with a plan, of which only the numbers are set. It gets the mask and the ignored
// signals of `world`, and every descriptor that is not close-on-exec.
SpawnResult SpawnFrom(const Launch& launch, const World& world, SpawnPlan numbers);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_PLAN_BLOCK_H_
