#ifndef SEXTON_SPAWN_CHILD_CALLS_H_
#define SEXTON_SPAWN_CHILD_CALLS_H_

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace sexton {

// The calls around a child's birth that differ between platforms. They are safe in a child that
// shares its parent's memory: they take no locks and allocate nothing. On Linux they are raw system
// calls, because glibc's setuid() family would change every thread of the parent. Unless noted,
// they return 0, or -1 with errno.

void BlockAllSignals(sigset_t* original);  // on Linux the C library's own signals too
void RestoreMask(const sigset_t& mask);

int ResetSignals();  // sets every signal to its default action
int SetGroups(size_t count, const gid_t* groups);
int SetGroup(gid_t gid);
int SetUser(uid_t uid);

// Finds the inode of the calling process's pidfd on pidfs (Linux 6.9), which no other process ever
// has. False if the kernel has no pidfs, or no descriptor is free.
bool OwnPidfdId(uint64_t* id);

// Sends the caller `signal` when the parent's thread dies. It may have died already: check.
int SetDeathSignal(int signal);

}  // namespace sexton

#endif  // SEXTON_SPAWN_CHILD_CALLS_H_
