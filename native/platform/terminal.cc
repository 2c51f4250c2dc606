#include "platform/terminal.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/retry.h"
#include "platform/unique_fd.h"

namespace sexton {

namespace {

// To touch the terminal from the background stops the caller by SIGTTOU, unless that is blocked in
// the thread that does it (tcsetpgrp(3), termios(3)).
template <typename Call>
long WithoutStop(Call call) {
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  const long result = Retry(call);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

// A descriptor that others share cannot be made non-blocking, as it would be so for them too. But
// where poll(2) sees room, there is room for PIPE_BUF bytes (pipe(7)).
constexpr size_t kPiece = PIPE_BUF;

// A reader that is at work gets so long to make room for the next piece of a long message.
constexpr int kPatience = 100;

bool HasRoom(int fd, int patience) {
  pollfd room = {fd, POLLOUT, 0};
  return Retry([&] { return poll(&room, 1, patience); }) == 1 && (room.revents & POLLOUT) != 0;
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
  size_t done = 0;
  while (done < size) {
    if (!HasRoom(fd, done == 0 ? patience : std::max(patience, kPatience)))
      return Outcome(done, -EAGAIN);
    const size_t piece = std::min(kPiece, size - done);
    const long result = WithoutStop([&] { return write(fd, data + done, piece); });
    if (result < 0) return Outcome(done, result);
    done += static_cast<size_t>(result);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace sexton
