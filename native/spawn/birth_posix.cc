#include <unistd.h>

#include <cerrno>

#include "spawn/spawn.h"

namespace sexton {

pid_t CreateChild(SpawnPlan* plan, int* pidfd) {
  *pidfd = -1;
  const pid_t pid = fork();
  if (pid == 0) RunChild(plan);
  return pid < 0 ? -errno : pid;
}

}  // namespace sexton
