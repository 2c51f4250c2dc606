#include "keeper/start.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

#include "keeper/keeper.h"
#include "platform/process.h"
#include "spawn/child.h"
#include "spawn/spawn.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// The keeper's start: from exec to the moment when the command runs.

namespace sexton {

void CloseFrom(int first) { syscall(SYS_close_range, first, ~0u, 0); }

void UseMask(SpawnPlan* plan, const sigset_t& mask) {
  uint64_t bits = 0;
  for (int signal = 1; signal <= 64; ++signal) {
    if (sigismember(&mask, signal) == 1) bits |= uint64_t{1} << (signal - 1);
  }
  plan->blocked_low = static_cast<uint32_t>(bits);
  plan->blocked_high = static_cast<uint32_t>(bits >> 32);
  plan->flags |= kMask;
}

namespace {

// Marks this process, and all that it will start: Node finds them by the mark if this process is
// killed. A variable of the environment is a mark too, but env -i takes it off. A limit outlives
// exec, everybody may read it in /proc/<pid>/limits, and without CAP_SYS_RESOURCE it can only be
// lowered. This one has had no effect since Linux 2.4.25 (getrlimit(2)).
//
// A job within a job leaves the hard limit to the outer one, whose mark is higher. Where that is
// refused, and where the command is to have another limit, the environment alone has the mark.
void Mark(uint64_t mark, SpawnPlan* plan) {
  const auto* const given = PlanPart<PlanLimit>(plan, plan->limits);
  for (uint32_t i = 0; i < plan->limit_count; ++i) {
    if (given[i].resource == RLIMIT_LOCKS) return;
  }
  struct rlimit limit;
  if (mark == 0 || getrlimit(RLIMIT_LOCKS, &limit) != 0) return;
  if (limit.rlim_max == RLIM_INFINITY) limit.rlim_max = mark |= kOutermost;
  limit.rlim_cur = mark;
  setrlimit(RLIMIT_LOCKS, &limit);
}

}  // namespace

int Withdraw(sigset_t* original_mask) {
  const int blocked = BlockAllSignals(original_mask);
  if (blocked < 0) return blocked;
  // Out of Node's session before anything is started. A stopped member in Node's process group
  // would make the kernel send SIGHUP to that whole group when the command exits, if the group is
  // orphaned then (setpgid(2), "orphaned process group"). No signal crosses to another session.
  setsid();
  // Its own user may not trace it, nor read its memory.
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NAME, "sexton-keeper");
  return 0;
}

// No signal ends the keeper before the job has ended. A signalfd hears those that matter.
bool Keeper::Prepare() {
  const int withdrawn = Withdraw(&original_mask_);
  if (withdrawn < 0) return Refuse(kNoSignalfd, -withdrawn);
  const int mapped = map_.Map(kSettings);
  if (mapped < 0) return Refuse(kNoSettings, -mapped);
  settings_ = map_.words();
  Mark(Milliseconds(settings_.mark_low, settings_.mark_high), map_.plan());
  return PrepareSystem();
}

bool Keeper::PrepareSystem() {
  CloseFrom(EndOfCommand());
  for (int fd = kSocket; fd < EndOfCommand(); ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (!groups_.Open(settings_)) return Refuse(kNoGroup, errno);
  const int proc = proc_.Open();
  if (proc < 0) return Refuse(kNoProc, -proc);
  if (!Isolate()) return false;
  const int subreaper = SetSubreaper(true);
  if (subreaper < 0) return Refuse(kNoSubreaper, -subreaper);
  const int pidfd = PidfdOpen(getpid());
  if (pidfd < 0) return Refuse(kNoPidfd, -pidfd);
  close(pidfd);
  sigset_t heard;
  sigemptyset(&heard);
  for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT}) sigaddset(&heard, signal);
  signals_ = signalfd(-1, &heard, SFD_NONBLOCK | SFD_CLOEXEC);
  return signals_ >= 0 || Refuse(kNoSignalfd, errno);
}

bool Keeper::Isolate() {
  if (settings_.isolation == kTree) return true;
  if (settings_.isolation == kCgroup)
    return cgroup_.Open(static_cast<int>(settings_.cgroup)) || Refuse(kNoCgroup, errno);
  const Refusal refusal = namespace_.Create(settings_.isolation == kUserNamespace);
  if (refusal != kNone) return Refuse(refusal, errno);
  tree_.SetInit(namespace_.init());
  connection_.Send(Report::kInit, static_cast<uint32_t>(namespace_.init()));
  return true;
}

bool Keeper::Refuse(Refusal refusal, int error) {
  groups_.Remove();
  connection_.Send(Report::kRefused, refusal, static_cast<uint32_t>(error));
  return false;
}

// The command gets the mask that this process started with, and not its own.
void Keeper::FinishPlan(SpawnPlan* plan) const {
  if (!Has(*plan, kMask)) UseMask(plan, original_mask_);
  // A session of its own, so that the job cannot join the keeper's process group and stop it.
  plan->flags |= kPidfd | kSession;
}

bool Keeper::StartCommand() {
  const int opened = groups_.OpenFiles();
  if (opened < 0) return Refuse(kNoGroup, -opened);
  FinishPlan(map_.plan());
  const SpawnResult result = Spawn(map_.plan(), groups_.files());
  groups_.CloseFiles();
  map_.Unmap();
  if (result.pid == 0) {
    groups_.Remove();
    connection_.Send(Report::kFailed, static_cast<uint32_t>(result.step),
                     static_cast<uint32_t>(result.error));
    return false;
  }
  command_ = result.pid;
  command_fd_ = result.pidfd >= 0 ? result.pidfd : PidfdOpen(command_);
  connection_.Send(Report::kStarted, static_cast<uint32_t>(command_));
  return true;
}

// Lets go of what others may wait for: the command's descriptors, whose readers wait for an end,
// and the working directory, which could not be unmounted.
void Keeper::Detach() {
  for (int fd = kSettings; fd < EndOfCommand(); ++fd) close(fd);
  static_cast<void>(chdir("/") == 0);
}

}  // namespace sexton
