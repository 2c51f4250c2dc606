#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <climits>

#include "keeper/keeper.h"
#include "platform/process.h"

// How the keeper sleeps, and what wakes it: signals, requests of Node, Node's end, a deadline.

namespace sexton {

// Waits for something to happen, and hears the signals and Node.
void Keeper::Sleep() {
  connection_.Flush();
  if (connection_.lost()) Lose();
  struct pollfd sources[] = {{signals_, POLLIN, 0},
                             {connection_.fd(), connection_.events(), 0},
                             {parent_, POLLIN, 0},
                             {namespace_.socket(), POLLIN, 0}};
  if (poll(sources, 4, Patience()) <= 0) return;
  if (sources[0].revents != 0) HearSignals();
  if (sources[1].revents != 0) HearNode();
  if (sources[3].revents != 0) HearInit();
  if (sources[2].revents == 0) return;
  parent_ = -1;
  Lose();
}

int Keeper::Patience() const {
  if (more_to_reap_) return 0;
  const uint64_t deadline = ending_.begun() ? ending_.deadline() : timeout_;
  if (deadline == kForever || done_ || holding_) return -1;
  const uint64_t now = Now();
  if (deadline <= now) return 0;
  return deadline - now < INT_MAX ? static_cast<int>(deadline - now) : INT_MAX;
}

// SIGCHLD coalesces, so it only says that there may be something to reap, as every wake-up does.
void Keeper::HearSignals() {
  struct signalfd_siginfo signal;
  while (Retry([&] { return read(signals_, &signal, sizeof signal); }) > 0) {
    if (signal.ssi_signo != SIGCHLD) BeginEnding(kReasonSignal);
  }
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
