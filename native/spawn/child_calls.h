#ifndef SEXTON_SPAWN_CHILD_CALLS_H_
#define SEXTON_SPAWN_CHILD_CALLS_H_

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace sexton {

// The calls around a child's birth that differ between platforms. Safe in a child that shares its
// parent's memory: no locks, no allocation, and on Linux the kernel's own calls, as glibc's
// setuid() family would go and change every thread of the parent. All but the masks give 0 or -1
// with errno.

void BlockAllSignals(sigset_t* original);  // the C library's internal signals too, where possible
void RestoreMask(const sigset_t& mask);

int ResetSignals();  // default action for all, ignored ones too
int SetGroups(size_t count, const gid_t* groups);
int SetGroup(gid_t gid);
int SetUser(uid_t uid);

// The inode of a pidfd of the calling process on pidfs (Linux 6.9): no other process ever has it.
// False where the kernel has no pidfs, or the descriptor cannot be had.
bool OwnPidfdId(uint64_t* id);

// The child is killed when its parent thread dies. The caller checks that it has not died already.
int SetDeathSignal(int signal);

}  // namespace sexton

#endif  // SEXTON_SPAWN_CHILD_CALLS_H_
