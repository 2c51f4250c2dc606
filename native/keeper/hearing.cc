#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "keeper/keeper.h"
#include "platform/process.h"

// How the keeper sleeps, and what wakes it: signals, requests of Node, Node's end, a deadline.

namespace sexton {
namespace {

// Milliseconds before a call that has failed is repeated. Without a pause the keeper would take a
// whole processor for as long as the call fails.
constexpr int kBreather = 50;

void Pause() { poll(nullptr, 0, kBreather); }

}  // namespace

void Keeper::Sleep() {
  connection_.Flush();
  if (connection_.lost()) Lose();
  Await();
}

// Waits for something to happen, and hears the signals and Node.
void Keeper::Await() {
  struct pollfd sources[] = {{signals_, POLLIN, 0},
                             {connection_.fd(), connection_.events(), 0},
                             {parent_, POLLIN, 0},
                             {namespace_.socket(), POLLIN, 0}};
  const int ready = poll(sources, 4, Patience());
  if (ready < 0) return AwaitBlindly();
  if (ready == 0) return;
  if (sources[0].revents != 0) HearSignals();
  if (sources[1].revents != 0) HearNode();
  if (sources[3].revents != 0) HearInit();
  if (sources[2].revents == 0) return;
  parent_ = -1;
  Lose();
}

// poll(2) fails if RLIMIT_NOFILE allows fewer descriptors than it is given, whatever they are. The
// job may set that limit of its keeper (prlimit(2)). So it looks for itself, now and then. A closed
// socket tells of Node's end, and so does a pid that nobody has any more.
void Keeper::AwaitBlindly() {
  Pause();
  HearSignals();
  if (!connection_.lost()) HearNode();
  if (namespace_.socket() >= 0) HearInit();
  if (parent_ < 0 || PidfdSend(parent_, 0) != -ESRCH) return;
  parent_ = -1;
  Lose();
}

int Keeper::Patience() const {
  if (more_to_reap_) return 0;
  const int most = failed_ || connection_.stalled() ? kBreather : INT_MAX;
  const uint64_t deadline = ending_.begun() ? ending_.deadline() : timeout_;
  if (deadline == kForever || done_ || holding_) return most == INT_MAX ? -1 : most;
  const uint64_t now = Now();
  if (deadline <= now) return 0;
  return deadline - now < static_cast<uint64_t>(most) ? static_cast<int>(deadline - now) : most;
}

// SIGCHLD coalesces, so it only says that there may be something to reap, as every wake-up does.
void Keeper::HearSignals() {
  struct signalfd_siginfo signal;
  long size = 0;
  while ((size = Retry([&] { return read(signals_, &signal, sizeof signal); })) > 0) {
    if (signal.ssi_signo != SIGCHLD) BeginEnding(kReasonSignal);
  }
  // The signals are still there, so poll(2) would not wait.
  if (size != -EAGAIN) Pause();
}

// The job may be the init's tracer, if it is root's. So a report of the init is believed for
// orphans alone.
void Keeper::HearInit() {
  WaitStatus status;
  bool any_reaped = false;
  while (namespace_.Take(&status)) {
    if (status.pid == 0) any_reaped = true;
    if (status.pid == 0 || status.pid == command_) continue;
    Ending::Reaped(status.pid);
    connection_.SendReaped(status);
  }
  if (any_reaped && !done_) LookAround();
}

void Keeper::HearNode() {
  if (!connection_.Read()) return Lose();
  for (;;) {
    RequestFrame request;
    switch (connection_.Take(&request)) {
      case RequestReader::Next::kFrame:
        Obey(request);
        break;
      case RequestReader::Next::kNothing:
        return connection_.Flush();
      case RequestReader::Next::kGarbled:
        return Lose();
    }
  }
}

void Keeper::Obey(const RequestFrame& request) {
  const uint32_t* const words = request.words;
  switch (request.kind) {
    case Request::kEnd:
      BeginEnding(words[0], words[1]);
      // Nobody may die, because only kept processes are left.
      if (any_children_) LookAround();
      return;
    case Request::kSignal:
      if (!command_exited_) PidfdSend(command_fd_, static_cast<int>(words[0]));
      return;
    case Request::kKeep:
      kept_.Add({static_cast<pid_t>(words[0]), uint64_t{words[2]} << 32 | words[1]});
      return;
    case Request::kRelease:
      released_ = true;
      return;
    case Request::kPing:
      return connection_.Send(Report::kPong);
  }
}

// Nobody will ask for anything any more. The kept are ended too, unless Node has released them.
void Keeper::Lose() {
  if (is_alone_) return;
  is_alone_ = true;
  connection_.Lose();
  if (!released_) {
    kept_.Clear();
    if (holding_) ending_.Reset();
    holding_ = false;
  }
  if (holding_) {
    done_ = true;
  } else {
    BeginEnding(kReasonParent);
  }
}

}  // namespace sexton
