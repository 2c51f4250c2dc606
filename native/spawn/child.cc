#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "spawn/child_calls.h"
#include "spawn/own_variables.h"
#include "spawn/spawn.h"

// Everything here runs in the child, which may share its memory with the suspended parent: only
// async-signal-safe calls, no allocation, and no write to memory that the parent still needs.

namespace sexton {
namespace {

[[noreturn]] void Fail(SpawnPlan* plan, SpawnStep step) {
  const SpawnReport report = {step, errno};
  plan->report = report;
  // If even this fails there is no one to tell; the exit code is the shell's for "could not run".
  const ssize_t ignored = write(plan->report_fd, &report, sizeof report);
  static_cast<void>(ignored);
  _exit(127);
}

void Check(SpawnPlan* plan, SpawnStep step, int result) {
  if (result == -1) Fail(plan, step);
}

// Makes the child's group the terminal's foreground, as a shell does for a job, but only if ours
// had the foreground to give: it may not be taken from another job. All signals are blocked here,
// so SIGTTOU does not stop us. No controlling terminal: nothing to hand over.
int TakeForeground(const SpawnPlan& plan) {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return 0;
  const pid_t owner = tcgetpgrp(terminal);
  const int result = owner == plan.parent_group ? tcsetpgrp(terminal, getpgrp()) : 0;
  close(terminal);
  return result;
}

void JoinGroup(SpawnPlan* plan) {
  if (plan->session) Check(plan, SpawnStep::kSession, setsid());
  if (!plan->session && plan->process_group >= 0) {
    Check(plan, SpawnStep::kProcessGroup, setpgid(0, static_cast<pid_t>(plan->process_group)));
  }
  if (plan->foreground) Check(plan, SpawnStep::kForeground, TakeForeground(*plan));
}

int Inherit(int fd) {
  if (fcntl(fd, F_SETFD, 0) == -1) return -1;
  if (fd > STDERR_FILENO) return 0;
  // Node makes its own pipes and terminals non-blocking, and the flag is shared with the child,
  // where most programs do not expect it.
  const int flags = fcntl(fd, F_GETFL);
  return (flags & O_NONBLOCK) != 0 ? fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) : 0;
}

// Opened once; `at` is where it has been put.
int PlaceNullDevice(int target, int* at) {
  if (*at >= 0) return dup2(*at, target);
  const int source = open("/dev/null", O_RDWR);
  if (source == -1) return -1;
  *at = target;
  if (source == target) return 0;
  const int placed = dup2(source, target);
  close(source);
  return placed;
}

int Place(int source, int target, int* null_device) {
  if (source == kReportPipe) return 0;
  if (source == kNullDevice && target > STDERR_FILENO) {
    close(target);  // EBADF is the wish fulfilled
    return 0;
  }
  if (source == kNullDevice) return PlaceNullDevice(target, null_device);
  if (source != target && dup2(source, target) == -1) return -1;
  return Inherit(target);
}

// Where its number is to be closed for the program anyway, the report pipe stays until execve()
// closes it: an inherited descriptor may have a number beyond the limit, with no room above it.
void KeepReportPipe(SpawnPlan* plan, int count) {
  const int fd = plan->report_fd;
  if (fd < 0 || fd >= count) return;
  if (fd > STDERR_FILENO && plan->fds[fd] == kNullDevice) {
    plan->fds[fd] = kReportPipe;
    return;
  }
  plan->report_fd = fcntl(fd, F_DUPFD_CLOEXEC, count);
  Check(plan, SpawnStep::kStdio, plan->report_fd);
}

// First lifts every source, and the report pipe, above the targets, then places them: done in one
// pass, filling target 1 could close the source that target 2 wants. The vector is the plan's own
// and the parent reads it no more.
void PlaceDescriptors(SpawnPlan* plan) {
  const int count = static_cast<int>(plan->fds.size());
  KeepReportPipe(plan, count);
  for (int target = 0; target < count; ++target) {
    const int source = plan->fds[target];
    if (source < 0 || source == target || source >= count) continue;
    plan->fds[target] = fcntl(source, F_DUPFD_CLOEXEC, count);
    Check(plan, SpawnStep::kStdio, plan->fds[target]);
  }
  int null_device = -1;
  for (int target = 0; target < count; ++target) {
    Check(plan, SpawnStep::kStdio, Place(plan->fds[target], target, &null_device));
  }
}

// Groups before user: afterwards there would be no right to change them.
void ChangeCredentials(SpawnPlan* plan) {
  if (plan->set_groups) {
    const int result = SetGroups(plan->groups.size(), plan->groups.data());
    const bool tolerable = plan->groups_if_allowed && result == -1 && errno == EPERM;
    if (!tolerable) Check(plan, SpawnStep::kGroups, result);
  }
  if (plan->gid >= 0) Check(plan, SpawnStep::kGroup, SetGroup(static_cast<gid_t>(plan->gid)));
  if (plan->uid >= 0) Check(plan, SpawnStep::kUser, SetUser(static_cast<uid_t>(plan->uid)));
}

// After the credentials, whose change clears it (PR_SET_PDEATHSIG(2const)). The parent may have
// died before the kernel knew of our wish; then no signal would ever come, so end here.
void BindToParent(SpawnPlan* plan) {
  if (plan->death_signal == 0) return;
  Check(plan, SpawnStep::kDeathSignal, SetDeathSignal(plan->death_signal));
  if (getppid() != plan->parent) _exit(128 + plan->death_signal);
}

// The C library refuses those that it keeps for itself; then they stay at their default.
void IgnoreSignals(uint64_t bits) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  for (int signal = 1; bits != 0; ++signal, bits >>= 1) {
    if ((bits & 1) != 0) sigaction(signal, &ignore, nullptr);
  }
}

// Whether execvp(3) goes on to the next directory of PATH: there is no such file, or it cannot be
// reached.
bool IsAbsent(int error) {
  return error == ENOENT || error == ENOTDIR || error == ESTALE || error == ENODEV ||
         error == ETIMEDOUT;
}

// execvp()'s rules: a missing file, try the next; no permission, try the next but remember; a path
// that is too long, try the next, as a directory of PATH may be; no "#!" line, let the shell have
// it; anything else is the answer.
[[noreturn]] void Exec(SpawnPlan* plan) {
  int error = 0;
  for (size_t i = 0; i + 1 < plan->files.size(); ++i) {
    char* file = plan->files[i];
    execve(file, plan->argv.data(), plan->env);
    if (errno == ENOEXEC) {
      plan->shell[1] = file;
      execve(plan->shell[0], plan->shell.data(), plan->env);
    }
    if (errno == EACCES) {
      error = EACCES;
    } else if (IsAbsent(errno)) {
      if (error != EACCES) error = ENOENT;
    } else if (errno == ENAMETOOLONG) {
      if (error == 0) error = ENAMETOOLONG;
    } else {
      error = errno;
      break;
    }
  }
  errno = error == 0 ? ENOENT : error;
  Fail(plan, SpawnStep::kExec);
}

}  // namespace

void RunChild(SpawnPlan* plan) {
  plan->child_was_here = true;
  Check(plan, SpawnStep::kSignals, ResetSignals());
  IgnoreSignals(plan->ignored);
  JoinGroup(plan);
  if (plan->umask >= 0) umask(static_cast<mode_t>(plan->umask));
  PlaceDescriptors(plan);
  WriteOwnVariables(plan);  // before the limits: it takes a descriptor for a moment
  // After the descriptors, which a small limit on their number would keep from being placed; before
  // the credentials, as raising a hard limit takes privilege.
  for (const ResourceLimit& limit : plan->limits) {
    Check(plan, SpawnStep::kResourceLimit, setrlimit(limit.resource, &limit.value));
  }
  if (plan->cwd != nullptr) Check(plan, SpawnStep::kWorkingDirectory, chdir(plan->cwd));
  ChangeCredentials(plan);
  BindToParent(plan);
  // Last: a signal that was waiting is delivered now, with the default action, as to any process.
  RestoreMask(plan->child_mask);
  Exec(plan);
}

}  // namespace sexton
