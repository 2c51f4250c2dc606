#include "keeper/keeper.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/holder.h"
#include "keeper/programs.h"
#include "keeper/search.h"

namespace sexton {
namespace {

// The most children that are reaped before Node is heard again: a job may fork all the time.
constexpr int kMostReaped = 512;

}  // namespace

void Keeper::Run() {
  if (Prepare() && StartCommand()) {
    Detach();
    Loop();
  }
  // Node may be slow to read. Nothing is lost by waiting, because no descendant is left. Sleep()
  // would send the last report itself, and then wait although nothing comes any more.
  for (connection_.Flush(); !connection_.flushed(); connection_.Flush()) Await();
}

void Keeper::Loop() {
  const uint64_t limit = Milliseconds(settings_.timeout_low, settings_.timeout_high);
  const uint64_t now = Now();
  timeout_ = limit < kForever - now ? now + limit : kForever;
  while (!done_) {
    Sleep();
    Reap();
    if (!done_) CheckTime();
  }
}

void Keeper::BeginEnding(uint32_t reason, uint32_t signal) {
  if (holding_ || done_ || command_ == 0) return;
  if (ending_.begun()) {
    if (signal == SIGKILL) ending_.Hurry();
    return;
  }
  connection_.Send(Report::kEnding, reason);
  ending_.Begin(settings_, signal - 1 < 64 ? signal : settings_.kill_signal);
}

void Keeper::CheckTime() {
  const uint64_t now = Now();
  if (!ending_.begun()) {
    if (now >= timeout_) BeginEnding(kReasonTimeout);
    return;
  }
  if (!holding_ && now >= ending_.deadline()) ending_.Step();
  if (ending_.given_up()) Finish();
}

void Keeper::Reap() {
  Search search;
  int result = 0;
  int count = 0;
  bool any_end = owes_look_;
  owes_look_ = false;
  for (; count < kMostReaped; ++count) {
    WaitStatus status;
    search.Begin();
    result = TakeAny(search.type(), search.id(), 0, &status);
    if (!search.Goes(status.pid)) break;
    if (!IsEnd(status)) continue;
    any_end = true;
    OnEnd(status);
  }
  more_to_reap_ = count == kMostReaped;
  if (more_to_reap_) result = 0;  // the last may have been about a pid that is nobody's
  // No signal would tell again of what a failure has left.
  failed_ = result < 0 && result != -ECHILD;
  any_children_ = result != -ECHILD;
  if (any_end || !any_children_) LookAround();
}

void Keeper::OnEnd(const WaitStatus& status) {
  if (status.pid == namespace_.init()) return namespace_.Ended();
  Ending::Reaped(status.pid);
  if (status.pid != command_ || command_exited_) return connection_.SendReaped(status);
  command_exited_ = true;
  close(command_fd_);
  connection_.SendExit(status);
}

// Somebody has ended. Decides what this means for the others.
void Keeper::LookAround() {
  if (!any_children_) return Finish();
  if (!command_exited_) return;
  if (more_to_reap_ || failed_) return LookAgain();
  if (namespace_.is_open()) {
    proc_.StartLook();
    const bool is_empty = namespace_.IsEmpty(proc_);
    if (proc_.look_failed()) return LookAgain();
    // The end of the init is the next end of a child, and the last.
    if (is_empty) return namespace_.Kill();
  }
  if (!ending_.begun() && !holding_) {
    if (settings_.leftovers == kKeepThem) kept_.AddAll();
    if (settings_.leftovers == kEndThem) BeginEnding(kReasonExit);
  }
  if (kept_.any() && !holding_ && (ending_.begun() || settings_.leftovers == kKeepThem)) HoldKept();
}

// No end need follow that would make it look.
void Keeper::LookAgain() {
  owes_look_ = true;
  failed_ = !more_to_reap_;
}

// Stands by for the kept if nobody else is left.
void Keeper::HoldKept() {
  tree_.Walk(Kept::Has, &kept_);
  if (tree_.size() > 0) return;
  if (!tree_.is_whole()) return LookAgain();
  tree_.Walk(Kept::None, nullptr);
  if (!tree_.is_whole()) return LookAgain();
  if (tree_.size() == 0) return;  // the dead are there, and are reaped soon
  holding_ = true;
  connection_.Send(Report::kEnded, static_cast<uint32_t>(tree_.size()), 0);
}

// Removes the groups before it tells Node that all is over: Node may exit then.
void Keeper::Finish() {
  done_ = true;
  HearInit();
  const uint32_t hits = groups_.Hits();
  if (hits != 0) connection_.Send(Report::kLimited, hits);
  groups_.Remove();
  connection_.Send(Report::kEnded, 0, ending_.left());
}

// Without a word it keeps a job, and by the word `hold` a container, for the program whose name
// follows.
int RunKeeper(int count, char** words) {
  if (count > 1 && strcmp(words[1], "hold") == 0) {
    Holder holder;
    holder.Run(count > 2 ? words[2] : "sexton-keeper");
  } else {
    static Keeper keeper;
    keeper.Run();
  }
  return 0;
}

}  // namespace sexton
