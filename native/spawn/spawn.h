#ifndef SEXTON_SPAWN_SPAWN_H_
#define SEXTON_SPAWN_SPAWN_H_

#include <sys/types.h>

#include <cstdint>

#include "spawn/plan.h"

// How a program is started without copying this process's memory.
//
// plan    what the child has to do, laid out beforehand in one flat block
// spawn   the parent's part: blocks all signals, makes the child, reads what it reports
// births  the same without a wait for exec; it says what makes that safe
// pipes   those between this process and the child
// child   the child's part, from birth to exec, in order; descriptors and exec are two of its steps
// calls   the child's system calls, which leave the parent's errno alone
//
// spawn_linux and spawn_posix make the child. calls_linux and calls_posix have its calls.
//
// On Linux the child borrows the parent's memory until exec, so a spawn takes as long in a large
// process as in a small one. In return the child may do very little: system calls, no allocation,
// no locks, and writes only to its plan, its Birth and its own stack. On other systems it is a
// fork, and the same code runs.
//
// A child that fails reports the step and its errno. Spawn() then reaps it, so afterwards there is
// no process and no descriptor. Nothing here knows Node: another program can run the same plan.

namespace sexton {

// STEP(name, the call that lib/ names in errors), in the order in which they happen.
#define SEXTON_SPAWN_STEPS(STEP)    \
  STEP(kNone, "none")               \
  STEP(kPipe, "pipe2")              \
  STEP(kClone, "clone")             \
  STEP(kSignals, "sigaction")       \
  STEP(kCgroup, "write")            \
  STEP(kSession, "setsid")          \
  STEP(kProcessGroup, "setpgid")    \
  STEP(kForeground, "tcsetpgrp")    \
  STEP(kStdio, "dup2")              \
  STEP(kResourceLimit, "setrlimit") \
  STEP(kWorkingDirectory, "chdir")  \
  STEP(kGroups, "setgroups")        \
  STEP(kGroup, "setresgid")         \
  STEP(kUser, "setresuid")          \
  STEP(kDeathSignal, "prctl")       \
  STEP(kExec, "execve")

#define SEXTON_STEP(name, call) name,
enum class SpawnStep : int32_t { SEXTON_SPAWN_STEPS(SEXTON_STEP) };
#undef SEXTON_STEP

struct SpawnResult {
  pid_t pid = 0;
  int pidfd = -1;  // -1 if the kernel gives none
  int error = 0;   // errno of the failed step
  SpawnStep step = SpawnStep::kNone;
};

// Open files cgroup.procs of version 1. The child joins their groups first of all: unlike one of
// version 2, no process can be born in them. The parent need not join them, so they hold and limit
// the child alone.
struct CgroupFiles {
  static constexpr int kMost = 4;
  int fds[kMost];
  int count = 0;
};

// Starts a process, or reports the step that failed; then no process and no descriptor remains.
// Returns when the child has run exec or is reaped: after some 100 µs, whatever this process's
// size. `plan` is whole, and a copy for this call alone.
SpawnResult Spawn(SpawnPlan* plan, const CgroupFiles* joined = nullptr);

// Tells whether the parent may go on before exec. Not if a wait is part of the plan: the group or
// the session exists when spawn returns, so that it can be signalled; the terminal has changed
// hands; the memory is undumpable; the thread that the death signal is about still lives.
bool NeedNotWait(const SpawnPlan& plan);

}  // namespace sexton

#endif  // SEXTON_SPAWN_SPAWN_H_
