#include "terminal.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

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

ssize_t WriteFromBackground(int fd, const void* data, size_t size) {
  return WithoutStop([&] { return write(fd, data, size); });
}

}  // namespace sexton
