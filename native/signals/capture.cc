#include "signals/capture.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace sexton {
namespace {

constexpr int kLastSignal = 64;

// A burst of this many records may have filled the pipe by which libuv's handler tells its loops,
// which has room for 4096: one signal can fill several places there.
constexpr int kBurst = 512;

// A realtime signal needs no hold: Node has no handler for it that must stay in place, and a burst
// would fill libuv's pipe.
#ifdef SIGRTMIN
bool NeedsHold(int signal) { return signal < SIGRTMIN; }
#else
bool NeedsHold(int) { return true; }
#endif

bool IsSignal(int number) { return number >= 1 && number <= kLastSignal; }

}  // namespace

SignalCapture::~SignalCapture() {
  // Before the pipe is closed: a handler on another thread may be writing to its number.
  if (slot_ >= 0) ReleaseSlot(slot_);
}

int SignalCapture::Open() {
  if (slot_ >= 0) return -EALREADY;
  const int made = MakePipe(&read_end_, &write_end_, O_NONBLOCK);
  if (made < 0) return made;
  GrowPipe(write_end_.get());
  const int slot = ClaimSlot(write_end_.get());
  if (slot < 0) return slot;
  slot_ = slot;
  return 0;
}

SignalHold* SignalCapture::HoldFor(int signal) {
  if (!NeedsHold(signal)) return nullptr;
  std::unique_ptr<SignalHold>& hold = holds_[signal];
  if (hold == nullptr) hold = std::make_unique<SignalHold>();
  return hold.get();
}

int SignalCapture::Subscribe(uv_loop_t* loop, int signal) {
  if (slot_ < 0 || !IsSignal(signal)) return -EINVAL;
  return AddListener(slot_, signal, HoldFor(signal), loop);
}

void SignalCapture::Unsubscribe(int signal) {
  if (slot_ < 0 || !IsSignal(signal)) return;
  RemoveListener(slot_, signal, HoldFor(signal));
}

void SignalCapture::UnsubscribeAll() {
  if (slot_ < 0) return;
  for (int signal = 1; signal <= kLastSignal; ++signal) Unsubscribe(signal);
}

int SignalCapture::Drain(SignalRecord* records) {
  ssize_t bytes;
  do {
    bytes = read(read_end_.get(), records, kBatch * sizeof *records);
  } while (bytes < 0 && errno == EINTR);
  const int count =
      bytes <= 0 ? 0 : static_cast<int>(bytes / static_cast<ssize_t>(sizeof *records));
  burst_ += count;
  if (count < kBatch) EndBurst();
  return count;
}

// If libuv's pipe was full, a SIGCHLD may be lost, and libuv would never notice that its child has
// exited. One more SIGCHLD does no harm: each listener checks its own children.
void SignalCapture::EndBurst() {
  if (burst_ >= kBurst) kill(getpid(), SIGCHLD);
  burst_ = 0;
}

uint32_t SignalCapture::dropped() const { return slot_ < 0 ? 0 : DroppedBy(slot_); }

}  // namespace sexton
