#include "signals/child_signal.h"

#include <pthread.h>
#include <signal.h>

namespace sexton {

bool RepairChildSignal() {
  bool repaired = false;
  struct sigaction action;
  sigaction(SIGCHLD, nullptr, &action);
  const bool ignored = (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
  if (ignored || (action.sa_flags & SA_NOCLDWAIT) != 0) {
    if (ignored) action.sa_handler = SIG_DFL;
    action.sa_flags &= ~SA_NOCLDWAIT;
    sigaction(SIGCHLD, &action, nullptr);
    repaired = true;
  }
  sigset_t child, before;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  pthread_sigmask(SIG_UNBLOCK, &child, &before);
  return repaired || sigismember(&before, SIGCHLD) == 1;
}

}  // namespace sexton
