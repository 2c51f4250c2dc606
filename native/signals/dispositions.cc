#include <pthread.h>
#include <signal.h>

#include "signals/handler.h"

namespace sexton {
namespace {

struct Disposition {
  int users = 0;
  bool buried = false;             // another library's handler lies over ours
  struct sigaction original = {};  // the disposition that libuv's handler replaced
};
Disposition dispositions[kSignals];

// Not std::mutex: the compiler's libstdc++ is configured for glibc. On musl it concludes that there
// are no threads, and locks nothing.
pthread_mutex_t dispositions_lock = PTHREAD_MUTEX_INITIALIZER;

class Locked {
 public:
  Locked() { pthread_mutex_lock(&dispositions_lock); }
  ~Locked() { pthread_mutex_unlock(&dispositions_lock); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

// Tells whether the kernel handles the signal itself: by the default action, or by ignoring it.
bool IsPlain(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 &&
         (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN);
}

bool SameHandler(const struct sigaction& a, const struct sigaction& b) {
  return a.sa_handler == b.sa_handler;  // a union with sa_sigaction: one comparison serves both
}

void Install(int signal) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  Disposition& disposition = dispositions[signal];
  // A handler that lies over ours still calls ours. To install ours again over it would make the
  // two call each other for ever.
  if (IsOurHandler(current) || (disposition.buried && !IsPlain(current))) return;
  disposition.buried = false;
  InstallHandler(signal, current);
}

void Uninstall(int signal) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  Disposition& disposition = dispositions[signal];
  if (IsOurHandler(current)) {
    sigaction(signal, &NextHandler(signal), nullptr);
  } else {
    // Another handler lies over ours: restoring the old one would cut it off.
    disposition.buried = !IsPlain(current) && !SameHandler(current, NextHandler(signal));
  }
}

// When its last watcher goes, libuv restores the default action, whatever its handler replaced. If
// the signal was ignored before, such as SIGPIPE, the next one would end the process before we can
// ignore it again. So libuv's handler stays; without a watcher it does nothing.
void KeepHarmless(int signal) {
  const struct sigaction& original = dispositions[signal].original;
  if (IsPlain(original) && original.sa_handler == SIG_IGN) SignalSource::HoldForever(signal);
}

// libuv's default action would also replace Node's own handler of SIGUSR1.
void RestoreOriginal(int signal) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  if (IsPlain(current) && current.sa_handler == SIG_DFL) {
    sigaction(signal, &dispositions[signal].original, nullptr);
  }
}

// Installs libuv's handler and notes what it replaced. If libuv's handler was there before, another
// watcher had installed it, and libuv restores what that replaced. Restoring libuv's handler after
// its last watcher has gone would swallow the signal for ever.
int Hold(SignalHold* hold, uv_loop_t* loop, int slot, int signal) {
  struct sigaction before, now;
  sigaction(signal, nullptr, &before);
  const int held = hold->Start(loop, slot, signal, RecordMissed);
  if (held != 0) return held;
  sigaction(signal, nullptr, &now);
  if (!SameHandler(before, now) && !IsOurHandler(before)) dispositions[signal].original = before;
  return 0;
}

}  // namespace

// The order matters. libuv's handler must be in place, and stay, before ours calls on to it. The
// slot must have the signal before the handler runs, or the first record would find no pipe.
int AddListener(int slot, int signal, SignalHold* hold, uv_loop_t* loop) {
  const Locked locked;
  const int held = hold == nullptr ? 0 : Hold(hold, loop, slot, signal);
  if (held != 0) return held;
  AddToSlot(slot, signal);
  Install(signal);
  ++dispositions[signal].users;
  return 0;
}

void RemoveListener(int slot, int signal, SignalHold* hold) {
  const Locked locked;
  if (!RemoveFromSlot(slot, signal)) return;
  const bool last = --dispositions[signal].users == 0;
  if (last) Uninstall(signal);
  if (hold == nullptr) return;
  if (last) KeepHarmless(signal);
  hold->watcher().Stop();
  if (last) RestoreOriginal(signal);
}

bool HasHandler(int signal) {
  struct sigaction action = {};
  return sigaction(signal, nullptr, &action) == 0 && !IsPlain(action);
}

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
