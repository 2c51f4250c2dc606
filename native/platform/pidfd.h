#ifndef SEXTON_PLATFORM_PIDFD_H_
#define SEXTON_PLATFORM_PIDFD_H_

#include <sys/types.h>

namespace sexton {

// Process descriptors. Each function returns a value >= 0, or -errno; -ENOSYS means that the
// platform has no process descriptors.

// Opens a close-on-exec descriptor of the process `pid` (pidfd_open(2), Linux 5.3).
int PidfdOpen(pid_t pid);

// Sends `signal` to this process, never to a later one with its pid (Linux 5.1).
int PidfdSend(int pidfd, int signal);

// 0: the process lives; 1: it has exited and may be a zombie; 2: it has been reaped (Linux 6.9).
int PidfdState(int pidfd);

// Returns the state as PidfdState() does, after waiting at most `milliseconds` for the exit.
// -EINTR: this thread handled a signal meanwhile.
int PidfdAwait(int pidfd, int milliseconds);

// Returns the raw wait status of a process that its parent has reaped, whoever the parent is
// (PIDFD_GET_INFO with PIDFD_INFO_EXIT, Linux 6.15). -EAGAIN: not reaped yet.
int PidfdExitStatus(int pidfd);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_PIDFD_H_
