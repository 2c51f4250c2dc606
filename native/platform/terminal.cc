#include "platform/terminal.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "platform/descriptors.h"
#include "platform/process.h"

namespace sexton {

namespace {

// Makes a call that SIGTTOU would stop: a background process that touches the terminal gets that
// signal, unless the calling thread blocks it (tcsetpgrp(3), termios(3)). Afterwards it unblocks
// that signal alone: a whole mask from musl lacks the signals that musl keeps for itself, of which
// one is glibc's SIGRTMIN.
template <typename Call>
long WithoutStop(Call call) {
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  const long result = Retry(call);
  if (sigismember(&before, SIGTTOU) == 0) pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  return result;
}

// Bytes written at once. A shared descriptor must stay blocking, because the flag would change for
// the others too. But where poll(2) reports room, PIPE_BUF bytes fit without blocking (pipe(7)),
// unless another writer takes the room first. So a pipe is opened once more, without blocking.
constexpr size_t kPiece = PIPE_BUF;

// Milliseconds in which a reader that has begun may make room for the next piece of a long message.
constexpr int kPatience = 100;

bool HasRoom(int fd, int patience) {
  pollfd room = {fd, POLLOUT, 0};
  return Retry([&] { return poll(&room, 1, patience); }) == 1 && (room.revents & POLLOUT) != 0;
}

int64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Writes a piece when there is room for it, but waits at most `patience` milliseconds. -EAGAIN:
// there was none, or other writers have always taken it.
long WritePiece(int fd, const char* data, size_t size, int patience) {
  for (const int64_t end = Now() + patience;;) {
    const auto left = static_cast<int>(std::max(end - Now(), int64_t{0}));
    if (!HasRoom(fd, left)) return -EAGAIN;
    const long result = WithoutStop([&] { return write(fd, data, size); });
    if (result != -EAGAIN || left == 0) return result;
  }
}

ssize_t Outcome(size_t done, ssize_t failure) {
  return done == 0 ? failure : static_cast<ssize_t>(done);
}

}  // namespace

int MoveForeground(pid_t from, pid_t to) {
  const UniqueFd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal.valid() || tcgetpgrp(terminal.get()) != from) return 0;
  return static_cast<int>(WithoutStop([&] { return tcsetpgrp(terminal.get(), to); }));
}

ssize_t WriteFromBackground(int fd, const char* data, size_t size, int patience) {
  const UniqueFd reopened(ReopenPipe(fd));
  const int target = reopened.valid() ? reopened.get() : fd;
  size_t done = 0;
  while (done < size) {
    const size_t piece = std::min(kPiece, size - done);
    const int wait = done == 0 ? patience : std::max(patience, kPatience);
    const long result = WritePiece(target, data + done, piece, wait);
    if (result < 0) return Outcome(done, result);
    done += static_cast<size_t>(result);
  }
  return static_cast<ssize_t>(done);
}

int SetWindowSize(int fd, int rows, int columns) {
  winsize size = {};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  return static_cast<int>(WithoutStop([&] { return ioctl(fd, TIOCSWINSZ, &size); }));
}

int ReadWindowSize(int fd, int* rows, int* columns) {
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -errno;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return 0;
}

int TranslateNewlines(int fd, bool on) {
  termios settings;
  if (tcgetattr(fd, &settings) != 0) return -errno;
  const tcflag_t flag = ONLCR;
  settings.c_oflag = on ? settings.c_oflag | flag : settings.c_oflag & ~flag;
  return static_cast<int>(WithoutStop([&] { return tcsetattr(fd, TCSANOW, &settings); }));
}

}  // namespace sexton
