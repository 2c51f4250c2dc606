#include "signal_capture.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <mutex>

#include "pipe.h"

namespace sexton {
namespace {

constexpr int kMaxEnvironments = 256;
constexpr int kSignals = 65;

// What the handler reads. Atomics only: it may run at any instant, on any thread.
struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<int> fd{-1};
  std::atomic<uint64_t> mask{0};
  std::atomic<uint32_t> dropped{0};
};
Slot slots[kMaxEnvironments];
std::atomic<int> in_handler{0};

struct Disposition {
  int users = 0;
  bool buried = false;             // another library's handler lies over ours
  struct sigaction original = {};  // before libuv or anyone here touched it
  struct sigaction chained = {};   // what our handler calls on
};
Disposition dispositions[kSignals];
std::mutex dispositions_lock;

uint64_t Bit(int signal) { return uint64_t{1} << (signal - 1); }

// si_pid and si_uid share their bytes with timer and fault fields: only these codes fill them in.
bool HasSender(const siginfo_t& info) {
  return info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_MESGQ ||
#ifdef SI_TKILL
         info.si_code == SI_TKILL ||
#endif
         info.si_signo == SIGCHLD;
}

void Record(const siginfo_t& info) {
  SignalRecord record = {info.si_signo, info.si_code, 0, 0};
  if (HasSender(info)) {
    record.pid = info.si_pid;
    record.uid = info.si_uid;
  }
  for (Slot& slot : slots) {
    if ((slot.mask.load() & Bit(info.si_signo)) == 0) continue;
    // 16 bytes are less than PIPE_BUF: a record is written whole or not at all.
    if (write(slot.fd.load(), &record, sizeof record) < 0) slot.dropped.fetch_add(1);
  }
}

void OnSignal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  in_handler.fetch_add(1);
  Record(*info);
  const struct sigaction next = dispositions[signal].chained;
  // Let go before calling on: a handler that never returns must not hold up Quiesce() for ever.
  in_handler.fetch_sub(1);
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

// Waits until no thread is inside the part of the handler that reads our tables.
void Quiesce() {
  while (in_handler.load() != 0) sched_yield();
}

// The handler's code must outlive the addon: another library may have saved our handler and call it
// after a worker, the only environment that loaded this object, has ended and unloaded it.
void PinThisObject() {
  static std::once_flag once;
  std::call_once(once, [] {
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&OnSignal), &info) != 0) {
      dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
    }
  });
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

// libuv leaves the default action behind when its last watcher goes, whatever was there before it:
// for SIGPIPE, which Node ignores, that would be deadly.
void RestoreOriginal(int signal) {
  struct sigaction current;
  sigaction(signal, nullptr, &current);
  if (IsPlain(current) && current.sa_handler == SIG_DFL) {
    sigaction(signal, &dispositions[signal].original, nullptr);
  }
}

}  // namespace

SignalCapture::~SignalCapture() {
  if (slot_ < 0) return;
  slots[slot_].mask.store(0);
  // Only then may the pipe be closed: a handler on another thread may be writing to its number.
  Quiesce();
  slots[slot_].fd.store(-1);
  slots[slot_].taken.store(false);
}

int SignalCapture::Open() {
  PinThisObject();
  const int made = MakePipe(&read_end_, &write_end_, O_NONBLOCK);
  if (made < 0) return made;
  GrowPipe(write_end_.get());
  for (int i = 0; i < kMaxEnvironments; ++i) {
    bool free = false;
    if (!slots[i].taken.compare_exchange_strong(free, true)) continue;
    slots[i].dropped.store(0);
    slots[i].fd.store(write_end_.get());
    slot_ = i;
    return 0;
  }
  return -ENOSPC;
}

// The order matters: the disposition is noted before libuv changes it; libuv's handler is in place
// (and stays, as we hold a watcher) before ours chains to it; the bit comes before the handler, so
// that the first record already finds its pipe.
int SignalCapture::Subscribe(uv_loop_t* loop, int signal) {
  std::lock_guard<std::mutex> guard(dispositions_lock);
  Disposition& disposition = dispositions[signal];
  if (disposition.users == 0) sigaction(signal, nullptr, &disposition.original);
  std::unique_ptr<SignalSource>& hold = holds_[signal];
  if (hold == nullptr) hold = std::make_unique<SignalSource>();
  const int held = hold->Start(loop, signal, nullptr, nullptr);
  if (held != 0) return held;
  slots[slot_].mask.fetch_or(Bit(signal));
  Install(signal);
  ++disposition.users;
  return 0;
}

void SignalCapture::Unsubscribe(int signal) {
  std::lock_guard<std::mutex> guard(dispositions_lock);
  if ((slots[slot_].mask.fetch_and(~Bit(signal)) & Bit(signal)) == 0) return;
  const bool last = --dispositions[signal].users == 0;
  if (last) Uninstall(signal);
  holds_[signal]->Stop();
  if (last) RestoreOriginal(signal);
}

void SignalCapture::UnsubscribeAll() {
  if (slot_ < 0) return;
  for (int signal = 1; signal < kSignals; ++signal) Unsubscribe(signal);
}

int SignalCapture::Drain(SignalRecord* records) {
  ssize_t bytes;
  do {
    bytes = read(read_end_.get(), records, kBatch * sizeof *records);
  } while (bytes < 0 && errno == EINTR);
  return bytes <= 0 ? 0 : static_cast<int>(bytes / static_cast<ssize_t>(sizeof *records));
}

uint32_t SignalCapture::dropped() const { return slot_ < 0 ? 0 : slots[slot_].dropped.load(); }

}  // namespace sexton
