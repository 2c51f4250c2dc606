#include "keeper/pid1/remainder.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "keeper/ending.h"
#include "keeper/pid1/signals.h"
#include "platform/process.h"

namespace sexton::pid1 {
namespace {

// Milliseconds between two rounds of killing: a process may be forked at that moment, or hang in
// the kernel.
constexpr uint64_t kPause = 20;

// Rounds in a row that reach nobody before it gives up. 50 take one second.
constexpr int kInVain = 50;

// The most walks for one list. A tree may fork all the time.
constexpr int kMostWalks = 10;

// The arguments of capget(2). Not every C library has their header.
constexpr uint32_t kCapabilityVersion = 0x20080522;  // _LINUX_CAPABILITY_VERSION_3
constexpr uint32_t kKill = 5;                        // CAP_KILL
struct CapabilityHeader {
  uint32_t version;
  int32_t pid;
};
struct Capabilities {
  uint32_t effective, permitted, inheritable;
};

// Whether this process is PID 1 and may signal every process of its namespace. Then one kill(-1)
// reaches them all, even those that are forked at that moment.
bool RulesNamespace() {
  if (getpid() != 1) return false;
  CapabilityHeader header = {kCapabilityVersion, 0};
  Capabilities words[2] = {};
  if (syscall(SYS_capget, &header, words) != 0) return false;
  return (words[0].effective & 1u << kKill) != 0;
}

bool IsObserver(const void* observer, const Identity& process) {
  return static_cast<const Observer*>(observer)->pid() == process.pid;
}

}  // namespace

void Remainder::Begin(uint64_t grace) {
  const int pidfd = PidfdOpen(getpid());
  has_pidfds_ = pidfd >= 0 || pidfd == -EMFILE || pidfd == -ENFILE;
  if (pidfd >= 0) close(pidfd);
  const uint64_t now = Now();
  force_ = grace < kForever - now ? now + grace : kForever;
  again_ = kForever;
  if (grace > 0)
    AskAll();
  else
    Hurry();
}

uint64_t Remainder::deadline() const { return std::min(force_, again_); }

void Remainder::Step() {
  const uint64_t now = Now();
  if (now >= force_) return Hurry();
  if (now < again_) return;
  if (kills_)
    KillAll();
  else
    AskAll();
}

void Remainder::Hurry() {
  force_ = kForever;
  kills_ = true;
  KillAll();
}

// Lists every process before signalling any, so that helpers that are started during a shutdown in
// good order are not signalled. Where no message needs their names, one call replaces the list:
// there may be thousands of processes that are exiting already. A process that the call does not
// reach is found when the grace ends.
void Remainder::AskAll() {
  again_ = kForever;
  const bool names_matter = report_->Wants(kInfo) || observer_->is_running() || !RulesNamespace();
  const size_t count = names_matter ? List() : 0;
  for (size_t i = 0; i < count; ++i) Tell(i, SIGTERM);
  if (count > 0 || (AllAtOnce(SIGTERM) && AllAtOnce(SIGCONT))) return;
  // A descriptor may become free. If /proc may not be read, trying again is useless.
  if (names_matter && proc_->is_open() && !tree_.is_whole()) again_ = Now() + kPause;
}

void Remainder::KillAll() {
  Walk();
  bool any = false;
  for (size_t i = 0; i < tree_.size(); ++i) any |= Tell(i, SIGKILL);
  in_vain_ = any ? 0 : in_vain_ + 1;
  if (!any) AllAtOnce(SIGKILL);
  again_ = Now() + kPause;
}

// Signals even those that /proc does not show. False if this process is not PID 1: there the call
// would reach the whole machine.
bool Remainder::AllAtOnce(int signal) const {
  if (getpid() != 1) return false;
  kill(-1, signal);
  return true;
}

// If a parent dies while the tree is read, this process adopts its children, although its own list
// has been read already. So it repeats until a list has no more.
size_t Remainder::List() {
  Walk();
  for (int walks = 1; walks < kMostWalks; ++walks) {
    const size_t before = tree_.size();
    Walk();
    if (tree_.size() <= before) break;
  }
  return tree_.size();
}

void Remainder::Walk() { tree_.Walk(IsObserver, observer_); }

bool Remainder::IsDone(bool any_children) {
  return !any_children || OnlyObserver() || SeesNoMore();
}

// Whether the observer is the only child. Without /proc nobody can tell, and the observer is left
// to its end.
bool Remainder::OnlyObserver() const {
  if (!observer_->is_running()) return false;
  struct Search {
    pid_t observer;
    bool has_others;
  } search = {observer_->pid(), false};
  const auto look = [](void* data, pid_t pid) {
    auto* const found = static_cast<Search*>(data);
    found->has_others |= pid != found->observer;
  };
  proc_->StartLook();
  if (proc_->is_open()) proc_->EachChild(getpid(), look, &search);
  return !search.has_others && !proc_->look_failed();
}

// Whether only processes beyond this user's reach are left. Waiting for them could last for ever.
bool Remainder::SeesNoMore() {
  if (any_left_) {
    Walk();
    bool any = false;
    for (size_t i = 0; i < tree_.size(); ++i) any |= !IsLeft(i);
    if (!any && tree_.is_whole()) return true;
  }
  if (in_vain_ < kInVain) return false;
  report_->Say(kWarning, Line().Add("processes that /proc does not show are left running"));
  return true;
}

}  // namespace sexton::pid1
