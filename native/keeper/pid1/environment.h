#ifndef SEXTON_KEEPER_PID1_ENVIRONMENT_H_
#define SEXTON_KEEPER_PID1_ENVIRONMENT_H_

#include "keeper/pid1/world.h"

namespace sexton::pid1 {

// Undoes what the shell of bin/pid1 has done to the environment. It has left a note in the variable
// `sexton_note`:
//
//   copy:12             the child that is a copy of the shell
//   names:PATH,HOME,    the original variables, in their order
//   bytes:UEFUSD0v….    the whole environment, where the shell could not tell the variables: in
//                       base64, with a full stop at its end
void RestoreEnvironment(World* world);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_ENVIRONMENT_H_
