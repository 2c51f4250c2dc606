#ifndef SEXTON_KEEPER_PID1_ARGUMENTS_H_
#define SEXTON_KEEPER_PID1_ARGUMENTS_H_

#include "keeper/pid1/settings.h"

namespace sexton::pid1 {

// A list of words, of which the first are options.
struct Words {
  int count;
  char** words;
};

// Reads the options at the start of `words`, and leaves the command in it. False if it does not
// understand them, or if there is no command: the program of TypeScript then explains what is
// wrong, shows what was asked for, or says the same in other words. `name` chooses the persona.
bool ParseArguments(Words* words, const char* name, char* const* env, Settings* settings);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_ARGUMENTS_H_
