#ifndef SEXTON_PLATFORM_TERMINAL_H_
#define SEXTON_PLATFORM_TERMINAL_H_

#include <sys/types.h>

namespace sexton {

// Moves the controlling terminal's foreground from one process group to another. Does nothing if a
// third group has it by now, or if there is no terminal. 0 or -errno.
int MoveForeground(pid_t from, pid_t to);

// Calls write(2), but waits at most `patience` milliseconds for a reader; bytes that do not fit by
// then stay unwritten. A terminal that stops background writers by SIGTTOU gets the bytes too: if a
// program catches that signal, write(2) would restart for ever. Bytes written, or -errno.
ssize_t WriteFromBackground(int fd, const char* data, size_t size, int patience);

// Sets and reads the size that programs on a terminal see. 0 or -errno.
int SetWindowSize(int fd, int rows, int columns);
int ReadWindowSize(int fd, int* rows, int* columns);

// Lets a terminal write CR and LF for each LF, or LF alone (ONLCR of termios(3)). 0 or -errno.
int TranslateNewlines(int fd, bool on);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_TERMINAL_H_
