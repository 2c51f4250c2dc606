#include "keeper/holder.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "keeper/ending.h"
#include "keeper/settings.h"
#include "platform/process.h"

// The life of a container's keeper between its start and its end.

namespace sexton {
namespace {

// Requests of a server that are heard before the container is again: a server may send for ever.
constexpr int kMostRequests = 64;

// Milliseconds in which no peer is accepted, after that has failed for want of something.
constexpr uint64_t kRest = 1000;

// Milliseconds that a manager has to make room for a piece of a message. Then it gets no more.
constexpr int kManagersTime = 1000;

// The most bytes of a piece: podman loses the rest of a longer one.
constexpr size_t kMostOfPiece = 4096;

// The position of the draft moves in the same call as the bytes.
long MovePiece(int draft, int manager) {
  const long moved =
      Retry([&] { return splice(draft, nullptr, manager, nullptr, kMostOfPiece, 0); });
  if (moved != -EINVAL) return moved;
  // The manager's end is a socket, not a pipe.
  return Retry([&] { return sendfile(manager, draft, nullptr, kMostOfPiece); });
}

}  // namespace

// The first server waits at the socket already, unless it has been killed.
void Holder::Run(const char* name) {
  Prepare(name);
  Greet();
  while (!done_) {
    HearServer();
    Reap();
    Tell();
    CheckEnd();
    if (!done_) Sleep();
  }
}

void Holder::Sleep() {
  const bool has_news = servers_.is_adopted() && (facts_ & ~told_) != 0;
  const auto events = static_cast<short>(has_news ? POLLIN | POLLOUT : POLLIN);
  const int listener = rest_ == 0 ? servers_.listener() : -1;
  struct pollfd sources[] = {{signals_, POLLIN, 0},
                             {servers_.fd(), events, 0},
                             {servers_.pidfd(), POLLIN, 0},
                             {console_.fd(), POLLIN, 0},
                             {listener, POLLIN, 0}};
  const int ready = poll(sources, 5, Patience());
  if (rest_ != 0 && Now() >= rest_) rest_ = 0;
  if (ready <= 0) return;
  if (sources[0].revents != 0) HearSignals();
  if (sources[3].revents != 0) TakeTerminal();
  if (sources[4].revents != 0) Greet();
}

int Holder::Patience() const {
  if (more_to_reap_) return 0;
  const uint64_t deadline = rest_ != 0 && rest_ < deadline_ ? rest_ : deadline_;
  if (deadline == kForever) return -1;
  const uint64_t now = Now();
  if (deadline <= now) return 0;
  return deadline - now < INT_MAX ? static_cast<int>(deadline - now) : INT_MAX;
}

// SIGCHLD only says that there may be something to reap.
void Holder::HearSignals() {
  struct signalfd_siginfo signal;
  while (Retry([&] { return read(signals_, &signal, sizeof signal); }) > 0) {
    if (signal.ssi_signo != SIGCHLD) PassOn(static_cast<int>(signal.ssi_signo));
  }
}

// A manager takes this process for the container's shim. A signal to a runtime that has just made
// the container has no effect, so the container gets it, too.
void Holder::PassOn(int signal) {
  if (container_ > 0) {
    kill(container_, signal);
  } else if (state_ != State::kOver) {
    in_flight_ = signal;
    if (state_ == State::kRunning) kill(runtime_, signal);
  }
}

// Hears everything that a dead server has sent before it counts as dead.
void Holder::HearServer() {
  const bool has_ended = servers_.HasEnded();
  HoldRequestFrame frame;
  for (int i = 0; i < kMostRequests && !done_ && servers_.Receive(&frame); ++i) Obey(frame);
  if (has_ended) servers_.Lose();
}

void Holder::Obey(const HoldRequestFrame& frame) {
  switch (frame.kind) {
    case HoldRequest::kAdopt:
      if (frame.word != kHoldVersion) return TurnAway();
      servers_.Adopt();
      told_ = 0;
      return Learn(HoldReport::kHeld);
    case HoldRequest::kCreate:
      return Create();
    case HoldRequest::kSignal:
      if (container_ > 0) kill(container_, static_cast<int>(frame.word));
      return;
    case HoldRequest::kDrop:
      return Drop(frame.word);
    case HoldRequest::kProgress:
      Advance(frame.word);
      return Note();
    case HoldRequest::kFinish:
      return Finish();
    case HoldRequest::kTell:
      if (Advance(frame.word)) TellDraft();
      return Note();
  }
}

// A server of another version is told so, and leaves the container to this process.
void Holder::TurnAway() {
  const uint32_t words[] = {kNoSettings, EINVAL};
  servers_.Send(HoldReport::kRefused, words, sizeof words);
  servers_.Lose();
}

// A server tells the manager itself what was not confirmed when this process was killed.
void Holder::Note() {
  told_ &= ~(1u << static_cast<uint32_t>(HoldReport::kNoted));
  Learn(HoldReport::kNoted);
}

// One server may have told the manager, and have been killed before it knew. The next one asks
// again, and the manager must not hear of it twice: some take the second number for another thing.
bool Holder::Advance(uint32_t progress) {
  if (progress <= progress_ || progress > kReported) return false;
  progress_ = progress;
  return true;
}

// A server that finds this process killed sees by the draft's position what the manager has.
void Holder::TellDraft() {
  struct pollfd manager = {slots_[kManager], POLLOUT, 0};
  while (manager.fd >= 0 && poll(&manager, 1, kManagersTime) > 0) {
    const long moved = MovePiece(slots_[kDraft], manager.fd);
    if (moved <= 0 && moved != -EAGAIN) return;
  }
}

void Holder::Drop(uint32_t slot) {
  if (slot >= kSlots || slots_[slot] < 0) return;
  close(slots_[slot]);
  slots_[slot] = -1;
}

void Holder::TakeTerminal() {
  const int terminal = console_.Take();
  if (terminal < 0) return;
  slots_[kTerminal] = terminal;
  Learn(HoldReport::kTerminal);
}

// The present server is heard first: it may be dead.
void Holder::Greet() {
  if (servers_.is_connected()) HearServer();
  const int accepted = servers_.Accept();
  if (accepted < 0 && accepted != -EAGAIN && accepted != -ECONNABORTED) rest_ = Now() + kRest;
}

}  // namespace sexton
