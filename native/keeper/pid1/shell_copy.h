#ifndef SEXTON_KEEPER_PID1_SHELL_COPY_H_
#define SEXTON_KEEPER_PID1_SHELL_COPY_H_

#include <cstddef>

namespace sexton::pid1 {

// The copy of itself that the shell of bin/pid1 may leave behind as a child: /proc shows the
// environment that the shell was started with. It reads the pipe of descriptor 9, to which nobody
// writes, so it ends with this process if not earlier.

// A block of memory, or null.
struct Block {
  char* bytes;
  size_t size;
};

// Reads the environment from the copy whose pid is written here. Null if the copy has exited.
Block ReadShellCopy(const char* digits);

// Ends and reaps the copy. False if there is none. Do this after the first child has started: a
// fork of the shell takes longer to end than a child takes to start.
bool EndShellCopy();

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_SHELL_COPY_H_
