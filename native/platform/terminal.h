#ifndef SEXTON_PLATFORM_TERMINAL_H_
#define SEXTON_PLATFORM_TERMINAL_H_

#include <sys/types.h>

namespace sexton {

// Moves the controlling terminal's foreground from one process group to another. Does nothing where
// a third has it by now, or there is no terminal. 0 or -errno.
int MoveForeground(pid_t from, pid_t to);

// write(2) that waits for a reader no longer than `patience` milliseconds: what does not fit by
// then is not written. Also to a
// terminal that stops its background by SIGTTOU: with that signal caught, the call would be started
// again for ever. Bytes written, which may be fewer, or -errno.
ssize_t WriteFromBackground(int fd, const char* data, size_t size, int patience);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_TERMINAL_H_
