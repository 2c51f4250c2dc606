#include "spawn/child.h"

#include <fcntl.h>

#include <cerrno>

#include "spawn/calls.h"

// Everything here, in descriptors.cc and in exec.cc runs in the child, which may share its memory
// with the parent. So it calls the kernel by calls.h, allocates nothing, and writes to its plan,
// its Birth and its stack.

namespace sexton {

[[noreturn]] void Fail(Birth* birth, SpawnStep step, int error) {
  const SpawnReport report = {step, error};
  birth->report = report;
  // If this fails, nobody can be told. The exit code is the shell's for "could not run".
  calls::Write(birth->report_fd, &report, sizeof report);
  calls::Exit(127);
}

void Check(Birth* birth, SpawnStep step, int result) {
  if (result < 0) Fail(birth, step, -result);
}

namespace {

uint64_t Halves(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

// Makes the child's group the terminal's foreground, as a shell does for a job, but only if the
// parent's group has the foreground: another job must not lose it. All signals are blocked, so
// SIGTTOU does not stop the child. Does nothing without a controlling terminal.
int TakeForeground(pid_t parent_group) {
  const int terminal = calls::Open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return 0;
  const pid_t owner = calls::Foreground(terminal);
  const int result = owner == parent_group ? calls::MoveToForeground(terminal) : 0;
  calls::Close(terminal);
  return result;
}

// 0 means the process that writes it.
void JoinCgroups(Birth* birth) {
  if (birth->joined == nullptr) return;
  for (int i = 0; i < birth->joined->count; ++i) {
    const long written = calls::Write(birth->joined->fds[i], "0", 1);
    Check(birth, SpawnStep::kCgroup, static_cast<int>(written));
  }
}

void JoinGroup(Birth* birth) {
  const SpawnPlan& plan = *birth->plan;
  if (Has(plan, kSession)) {
    Check(birth, SpawnStep::kSession, calls::NewSession());
  } else if (plan.process_group != kUnchanged) {
    Check(birth, SpawnStep::kProcessGroup, calls::SetProcessGroup(plan.process_group));
  }
  if (Has(plan, kForeground)) {
    Check(birth, SpawnStep::kForeground, TakeForeground(birth->parent_group));
  }
}

void SetLimits(Birth* birth) {
  const auto* limit = PlanPart<const PlanLimit>(birth->plan, birth->plan->limits);
  for (uint32_t i = 0; i < birth->plan->limit_count; ++i, ++limit) {
    const uint64_t soft = Halves(limit->soft_low, limit->soft_high);
    const uint64_t hard = Halves(limit->hard_low, limit->hard_high);
    const auto resource = static_cast<int>(limit->resource);
    Check(birth, SpawnStep::kResourceLimit, calls::SetLimit(resource, soft, hard));
  }
}

// Changes the groups before the user: afterwards the child has no right to.
void ChangeCredentials(Birth* birth) {
  SpawnPlan* plan = birth->plan;
  if (Has(*plan, kGroups)) {
    const auto* groups = PlanPart<const gid_t>(plan, plan->groups);
    const int result = calls::SetGroups(plan->group_count, groups);
    const bool tolerable = Has(*plan, kGroupsIfAllowed) && result == -EPERM;
    if (!tolerable) Check(birth, SpawnStep::kGroups, result);
  }
  if (plan->gid != kUnchanged) {
    Check(birth, SpawnStep::kGroup, calls::SetGroup(static_cast<gid_t>(plan->gid)));
  }
  if (plan->uid != kUnchanged) {
    Check(birth, SpawnStep::kUser, calls::SetUser(static_cast<uid_t>(plan->uid)));
  }
}

// Comes after the credentials, because their change clears the signal (PR_SET_PDEATHSIG(2const)).
// If the parent has died before this call, the signal would never come, so the child exits.
void BindToParent(Birth* birth) {
  const int signal = birth->plan->death_signal;
  if (signal == 0) return;
  Check(birth, SpawnStep::kDeathSignal, calls::SetDeathSignal(signal));
  if (calls::ParentPid() != birth->parent) calls::Exit(128 + signal);
}

void IgnoreSignals(const SpawnPlan& plan) {
  uint64_t bits = Halves(plan.ignored_low, plan.ignored_high);
  for (int signal = 1; bits != 0; ++signal, bits >>= 1) {
    if ((bits & 1) != 0) calls::IgnoreSignal(signal);
  }
}

sigset_t MaskOf(const Birth& birth) {
  if (!Has(*birth.plan, kMask)) return birth.original_mask;
  return MakeMask(Halves(birth.plan->blocked_low, birth.plan->blocked_high));
}

}  // namespace

void RunChild(Birth* birth) {
  birth->child_was_here = true;
  SpawnPlan* plan = birth->plan;
  // As many calls as there are signals.
  if (!Has(*plan, kKeepsSignals)) Check(birth, SpawnStep::kSignals, calls::ResetSignals());
  IgnoreSignals(*plan);
  // Before the descriptors, which may take the places of these files.
  JoinCgroups(birth);
  JoinGroup(birth);
  if (plan->umask != kUnchanged) calls::SetUmask(static_cast<mode_t>(plan->umask));
  PlaceDescriptors(birth);
  // Before the limits, because it opens a descriptor for a moment.
  const Strings strings = StringsOf(*birth);
  // After the descriptors, because a small limit would leave no room to place them. Before the
  // credentials, because raising a hard limit takes privilege.
  SetLimits(birth);
  if (plan->cwd != 0) {
    const auto* directory = PlanPart<const char>(plan, plan->cwd);
    Check(birth, SpawnStep::kWorkingDirectory, calls::ChangeDirectory(directory));
  }
  ChangeCredentials(birth);
  BindToParent(birth);
  // Last: a pending signal is delivered now, with the default action, as to any process.
  calls::SetMask(MaskOf(*birth));
  Exec(birth, strings);
}

}  // namespace sexton
