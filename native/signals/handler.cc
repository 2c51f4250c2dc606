#include "signals/handler.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cerrno>

#include "signals/slots.h"

namespace sexton {
namespace {

struct Disposition {
  int users = 0;
  bool buried = false;             // another library's handler lies over ours
  struct sigaction original = {};  // to come back to: what libuv's own handler replaced
  struct sigaction chained = {};   // what our handler calls on
};
Disposition dispositions[kSignals];

// Not std::mutex: libstdc++'s takes the threads of a musl it was not configured for to be missing,
// and locks nothing.
pthread_mutex_t dispositions_lock = PTHREAD_MUTEX_INITIALIZER;

class Locked {
 public:
  Locked() { pthread_mutex_lock(&dispositions_lock); }
  ~Locked() { pthread_mutex_unlock(&dispositions_lock); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

void OnSignal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  EnterHandler();
  CountSeen(signal);
  RecordSignal(*info);
  const struct sigaction next = dispositions[signal].chained;
  // Let go before calling on: a handler that never returns must not hold up Quiesce() for ever.
  LeaveHandler();
  if ((next.sa_flags & SA_SIGINFO) != 0) {
    next.sa_sigaction(signal, info, context);
  } else if (next.sa_handler != SIG_DFL && next.sa_handler != SIG_IGN) {
    next.sa_handler(signal);
  }
  errno = saved_errno;
}

bool IsOurs(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == OnSignal;
}

bool IsPlain(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 &&
         (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN);
}

// The handler's code must outlive the addon: another library may have saved our handler and call it
// after a worker, the only environment that loaded this object, has ended and unloaded it.
void PinThisObject() {
  static std::atomic<bool> pinned{false};
  // Whoever comes second may go on before the first is through: until then the first's environment
  // keeps the object loaded.
  if (pinned.exchange(true)) return;
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&OnSignal), &info) != 0) {
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
  }
}

bool SameHandler(const struct sigaction& a, const struct sigaction& b) {
  return a.sa_handler == b.sa_handler;  // a union with sa_sigaction: one comparison serves both
}

void Install(int signal) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  Disposition& disposition = dispositions[signal];
  // A handler that was put over ours calls it still: to install ours again would make the two call
  // each other in a circle.
  if (IsOurs(current) || (disposition.buried && !IsPlain(current))) return;
  disposition.buried = false;
  Quiesce();
  disposition.chained = current;
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

void Uninstall(int signal) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  Disposition& disposition = dispositions[signal];
  if (IsOurs(current)) {
    sigaction(signal, &disposition.chained, nullptr);
  } else {
    // Not ours any more: someone chained over us, and to put the old one back would cut them off.
    disposition.buried = !IsPlain(current) && !SameHandler(current, disposition.chained);
  }
}

// libuv leaves the default action behind when its last watcher goes, whatever its handler replaced.
// Of a signal that was ignored, such as SIGPIPE, one more in the instant before it is ignored again
// would end the process. So libuv's handler stays, which with nobody to tell does nothing either.
void KeepHarmless(int signal) {
  const struct sigaction& original = dispositions[signal].original;
  if (IsPlain(original) && original.sa_handler == SIG_IGN) SignalSource::HoldForever(signal);
}

// Node's own handler of SIGUSR1 would be forgotten as well.
void RestoreOriginal(int signal) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  if (IsPlain(current) && current.sa_handler == SIG_DFL) {
    sigaction(signal, &dispositions[signal].original, nullptr);
  }
}

// Puts libuv's handler in place and notes what that replaced. If it was there before, a watcher of
// someone else's had it, and what it once replaced is libuv's affair: to bring libuv's handler back
// after its last watcher has gone would swallow the signal for ever.
int Hold(SignalHold* hold, uv_loop_t* loop, int slot, int signal) {
  struct sigaction before, now;
  sigaction(signal, nullptr, &before);
  const int held = hold->Start(loop, slot, signal, RecordMissed);
  if (held != 0) return held;
  sigaction(signal, nullptr, &now);
  if (!SameHandler(before, now) && !IsOurs(before)) dispositions[signal].original = before;
  return 0;
}

}  // namespace

// The order matters: libuv's handler is in place, and stays, before ours chains to it; the bit
// comes before the handler, so that the first record already finds its pipe.
int AddListener(int slot, int signal, SignalHold* hold, uv_loop_t* loop) {
  PinThisObject();
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

}  // namespace sexton
