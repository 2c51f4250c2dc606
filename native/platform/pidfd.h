#ifndef SEXTON_PLATFORM_PIDFD_H_
#define SEXTON_PLATFORM_PIDFD_H_

#include <sys/types.h>

namespace sexton {

// Each gives a value >= 0, or -errno; -ENOSYS where the platform has no process descriptors.

// A close-on-exec descriptor of the process `pid` (pidfd_open(2), Linux 5.3).
int PidfdOpen(pid_t pid);

// Sends `signal` to that very process, never to a later one with its pid (Linux 5.1).
int PidfdSend(int pidfd, int signal);

// 0: it lives; 1: it has ended and may be a zombie; 2: it has been reaped (told since Linux 6.9).
int PidfdState(int pidfd);

// The same, but waits up to so many milliseconds for its end. -EINTR: a signal was handled
// meanwhile.
int PidfdAwait(int pidfd, int milliseconds);

// The raw wait status of a process that its parent has reaped already, whoever the parent is
// (PIDFD_GET_INFO with PIDFD_INFO_EXIT, Linux 6.15). -EAGAIN: not reaped yet.
int PidfdExitStatus(int pidfd);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_PIDFD_H_
