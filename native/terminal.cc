#include "terminal.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "retry.h"
#include "unique_fd.h"

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

}  // namespace

int MoveForeground(pid_t from, pid_t to) {
  const UniqueFd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal.valid() || tcgetpgrp(terminal.get()) != from) return 0;
  return static_cast<int>(WithoutStop([&] { return tcsetpgrp(terminal.get(), to); }));
}

// The descriptor may be blocking, and has to stay so for those that share it. Of a pipe with any
// room at all PIPE_BUF bytes fit in (pipe(7)), so no piece blocks, unless another writer was
// faster.
ssize_t WriteFromBackground(int fd, const void* data, size_t size, int patience) {
  const char* bytes = static_cast<const char*>(data);
  size_t written = 0;
  while (written < size) {
    pollfd room = {fd, POLLOUT, 0};
    const long ready = Retry([&] { return poll(&room, 1, patience); });
    if (ready <= 0) return ready == 0 ? -EAGAIN : ready;
    const size_t piece = std::min<size_t>(size - written, PIPE_BUF);
    const long result = WithoutStop([&] { return write(fd, bytes + written, piece); });
    if (result < 0) return result;
    written += static_cast<size_t>(result);
  }
  return static_cast<ssize_t>(written);
}

}  // namespace sexton
