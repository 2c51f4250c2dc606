#ifndef SEXTON_KEEPER_PID1_NODE_H_
#define SEXTON_KEEPER_PID1_NODE_H_

#include "keeper/pid1/arguments.h"
#include "keeper/pid1/observer.h"
#include "keeper/pid1/world.h"

namespace sexton::pid1 {

// What the program of TypeScript makes of a command line that ParseArguments() does not understand.
struct Answer {
  bool runs = false;   // or the program has shown what was asked for, or what is wrong
  int exit_code = 0;   // pid1's, if no command runs
  Words options = {};  // the same options in words that ParseArguments() understands
  int command_count = 0;
  Observer observer;  // if it stays
};

// Starts the program, which parses the words as it would by itself. If a command is to run, it
// writes a header and the options to a socket, and ends or stays as the observer. It finds out by
// itself when this process is gone: the socket is at its end then.
Answer AskNode(const World& world);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_NODE_H_
