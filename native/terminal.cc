#include "terminal.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "unique_fd.h"

namespace sexton {

int ReclaimForeground(pid_t group) {
  const UniqueFd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal.valid() || tcgetpgrp(terminal.get()) != group) return 0;
  // We are in the background now, and tcsetpgrp() from there stops the caller by SIGTTOU unless
  // that is blocked (tcsetpgrp(3)).
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  const int result = tcsetpgrp(terminal.get(), getpgrp()) == 0 ? 0 : -errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

}  // namespace sexton
