#ifndef SEXTON_SPAWN_OWN_VARIABLES_H_
#define SEXTON_SPAWN_OWN_VARIABLES_H_

#include "spawn/spawn.h"

namespace sexton {

// The variables by which systemd names one process: LISTEN_PID and LISTEN_PIDFDID
// (sd_listen_fds(3)), WATCHDOG_PID (sd_watchdog_enabled(3)) and SYSTEMD_EXEC_PID (systemd.exec(5)).

// In the parent: finds those in which the child is to name itself.
void FindOwnVariables(SpawnPlan* plan);

// In the child: writes its pid and the id of a pidfd. Without pidfs it removes the variable for the
// id, because a number of the parent's would name the wrong process.
void WriteOwnVariables(SpawnPlan* plan);

}  // namespace sexton

#endif  // SEXTON_SPAWN_OWN_VARIABLES_H_
