#ifndef SEXTON_KEEPER_PID1_WORLD_H_
#define SEXTON_KEEPER_PID1_WORLD_H_

#include <sys/types.h>

#include <cstdint>

namespace sexton::pid1 {

// A set of signals: bit 0 is signal 1.
constexpr uint64_t BitOf(int signal) { return uint64_t{1} << (signal - 1); }

// What this process was started with.
struct World {
  const char* name;  // by which it was started, without folders
  int count;         // of words after the name
  char** words;
  char** env;
  uint64_t blocked;
  uint64_t unignored;  // signals that were ignored, and are not now
  pid_t self;
  pid_t parent;
};

// Blocks all signals but those that mean a fault of this process, and then takes the rest of the
// world down. No signal is lost from here on.
World TakeWorld(int count, char** words);

// The signals of a set that this process ignores: a call for each.
uint64_t IgnoredAmong(uint64_t signals);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_WORLD_H_
