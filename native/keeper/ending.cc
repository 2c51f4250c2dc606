#include "keeper/ending.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "keeper/pid_set.h"

namespace sexton {
namespace {

// The most walks that one freeze makes. A process in the kernel stops only when it leaves it.
constexpr int kMostFreezes = 8;

// Milliseconds between two rounds of killing: the first, and the most.
constexpr uint64_t kFirstPause = 2;
constexpr uint64_t kLongestPause = 50;

// The rounds of killing before it gives up, however long they take: on a busy machine one round may
// take longer than all patience. An idle machine makes more of them in that time.
constexpr int kLeastRounds = 16;

// Milliseconds that killed processes have to go, whatever the grace: at least, and if it is
// endless.
constexpr uint64_t kLeastPatience = 1000;
constexpr uint64_t kUsualPatience = 5000;

// Milliseconds more while any of them is dying, which takes seconds on a busy machine.
constexpr uint64_t kDyingPatience = 10'000;

// The processes that were sent SIGKILL, so that each is reported once.
PidSet killed;

// Whether a process that was killed before will be gone soon: it waits for a processor, or exits.
// An init exits when all of its namespace have. What the kernel, a tracer or another user holds may
// stay for ever.
bool IsDying(const Tree::Node& node) { return node.state == 'R' || node.is_exiting; }

uint64_t After(uint64_t milliseconds) {
  const uint64_t now = Now();
  return milliseconds < kForever - now ? now + milliseconds : kForever;
}

}  // namespace

uint64_t Now() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1'000'000;
}

void Ending::Reaped(pid_t pid) { killed.Remove(pid); }

void Ending::Begin(const Settings& settings, uint32_t signal) {
  grace_ = Milliseconds(settings.grace_low, settings.grace_high);
  left_ = 0;
  if (signal == SIGKILL) return StartKilling();
  phase_ = Phase::kGrace;
  Freeze();
  Ask(static_cast<int>(signal));
  deadline_ = After(grace_);
}

void Ending::Step() {
  if (phase_ == Phase::kGrace) return StartKilling();
  if (phase_ != Phase::kKilling) return;
  const uint64_t now = Now();
  if (now < last_ || rounds_ < kLeastRounds) return Kill();
  if (any_dying_ && now - last_ < kDyingPatience) return Kill();
  GiveUp();
}

void Ending::Hurry() {
  if (phase_ == Phase::kGrace) StartKilling();
}

// Stops what runs, until a walk finds nothing that runs. Not in the session of a kept process: if a
// group is orphaned there while a member is stopped, the kernel sends SIGHUP to all its members
// (setpgid(2)).
void Ending::Freeze() {
  if (HasCgroup()) {
    cgroup_->Freeze();
    return tree_->Walk(Kept::Has, kept_);
  }
  for (int walks = 0; walks < kMostFreezes; ++walks) {
    tree_->Walk(Kept::Has, kept_);
    bool any_runs = false;
    for (size_t i = 0; i < tree_->size(); ++i) {
      const char state = tree_->at(i).state;
      if (state == 'T' || state == 't' || tree_->IsNearSpared(i)) continue;
      any_runs |= tree_->Send(i, SIGSTOP) == 0;
    }
    if (!any_runs) return;
  }
  tree_->Walk(Kept::Has, kept_);
}

// Sends the signal to all before any goes on: a process that acts on another's end has it, too.
void Ending::Ask(int signal) {
  Connection::CommandLine command;
  for (size_t i = 0; i < tree_->size(); ++i) {
    if (Signal(i, signal, &command) == 0) Tell(Report::kAsked, i, command);
  }
  for (size_t i = 0; i < tree_->size(); ++i) tree_->Send(i, SIGCONT);
  if (HasCgroup()) cgroup_->Thaw();
}

// Reads the command line first. A process that dies of the signal has none any more.
int Ending::Signal(size_t index, int signal, Connection::CommandLine* command) {
  command->size = tree_->ReadCommandLine(index, command->words, sizeof command->words);
  return tree_->Send(index, signal);
}

void Ending::Tell(Report kind, size_t index, const Connection::CommandLine& command, int error) {
  const Tree::Node& node = tree_->at(index);
  const Connection::Process process = {
      static_cast<uint32_t>(node.process.pid), static_cast<uint32_t>(error),
      static_cast<uint32_t>(node.state), static_cast<uint32_t>(node.parent)};
  connection_->SendProcess(kind, process, node.name, command);
}

void Ending::StartKilling() {
  phase_ = Phase::kKilling;
  const uint64_t patience = grace_ == kForever ? kUsualPatience : grace_;
  last_ = After(patience < kLeastPatience ? kLeastPatience : patience);
  pause_ = kFirstPause;
  rounds_ = 0;
  Kill();
}

// Kills the leaves first: no parent sees a child die and acts on it.
void Ending::Kill() {
  Freeze();
  bool any_new = false;
  // The dead are not in the list, and no child would be left if they were reaped.
  any_dying_ = tree_->size() == 0 && tree_->is_whole();
  Connection::CommandLine command;
  for (size_t i = tree_->size(); i-- > 0;) {
    if (Signal(i, SIGKILL, &command) != 0) continue;
    any_dying_ |= IsDying(tree_->at(i));
    if (!killed.Add(tree_->at(i).process.pid)) continue;
    Tell(Report::kKilled, i, command);
    any_new = true;
  }
  if (HasCgroup()) cgroup_->Kill();
  if (rounds_ > 0) namespace_->Kill();
  ++rounds_;
  pause_ = any_new ? kFirstPause : pause_ * 2;
  if (pause_ > kLongestPause) pause_ = kLongestPause;
  const uint64_t next = After(pause_);
  deadline_ = rounds_ < kLeastRounds || next < last_ || last_ <= Now() ? next : last_;
}

// A signal that the kernel refuses tells why: the process is another user's.
void Ending::GiveUp() {
  tree_->Walk(Kept::Has, kept_);
  const bool all_seen = tree_->is_whole();
  Connection::CommandLine command;
  for (size_t i = 0; i < tree_->size(); ++i) {
    const int sent = Signal(i, SIGKILL, &command);
    if (sent == -ESRCH) continue;
    ++left_;
    Tell(Report::kLeft, i, command, -sent);
  }
  // A child is left that /proc does not show, or a dead one that a tracer holds.
  if (left_ == 0 || !all_seen) {
    ++left_;
    command.size = 0;
    connection_->SendProcess(Report::kLeft, {}, "", command);
  }
  if (HasCgroup()) cgroup_->Thaw();
  phase_ = Phase::kGivenUp;
  deadline_ = kForever;
}

}  // namespace sexton
