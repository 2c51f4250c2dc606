#include "spawn/child.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "spawn/child_calls.h"

// Everything here runs in the child, which may share its memory with the sleeping parent. So it
// makes async-signal-safe calls only, allocates nothing, and writes to its plan, its Birth and its
// stack.

namespace sexton {
namespace {

constexpr int kReportPipe = -2;  // in fds: the report pipe has this number, and stays

[[noreturn]] void Fail(Birth* birth, SpawnStep step) {
  const SpawnReport report = {step, errno};
  birth->report = report;
  // If this fails, nobody can be told. The exit code is the shell's for "could not run".
  const ssize_t ignored = write(birth->report_fd, &report, sizeof report);
  static_cast<void>(ignored);
  _exit(127);
}

void Check(Birth* birth, SpawnStep step, int result) {
  if (result == -1) Fail(birth, step);
}

uint64_t Halves(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

// Makes the child's group the terminal's foreground, as a shell does for a job, but only if the
// parent's group has the foreground: another job must not lose it. All signals are blocked, so
// SIGTTOU does not stop the child. Does nothing without a controlling terminal.
int TakeForeground(pid_t parent_group) {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return 0;
  const pid_t owner = tcgetpgrp(terminal);
  const int result = owner == parent_group ? tcsetpgrp(terminal, getpgrp()) : 0;
  close(terminal);
  return result;
}

void JoinGroup(Birth* birth) {
  const SpawnPlan& plan = *birth->plan;
  if (Has(plan, kSession)) {
    Check(birth, SpawnStep::kSession, setsid());
  } else if (plan.process_group != kUnchanged) {
    Check(birth, SpawnStep::kProcessGroup, setpgid(0, plan.process_group));
  }
  if (Has(plan, kForeground)) {
    Check(birth, SpawnStep::kForeground, TakeForeground(birth->parent_group));
  }
}

int Inherit(int fd) {
  if (fcntl(fd, F_SETFD, 0) == -1) return -1;
  if (fd > STDERR_FILENO) return 0;
  // Node makes its own pipes and terminals non-blocking. The child shares the flag, and most
  // programs do not expect it.
  const int flags = fcntl(fd, F_GETFL);
  return (flags & O_NONBLOCK) != 0 ? fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) : 0;
}

// Puts /dev/null at `target`. It is opened once; `at` says where it has been put, or is -1.
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
    close(target);  // EBADF: there is no such descriptor, as wanted
    return 0;
  }
  if (source == kNullDevice) return PlaceNullDevice(target, null_device);
  if (source != target && dup2(source, target) == -1) return -1;
  return Inherit(target);
}

// Moves the report pipe out of the way of the targets. If its number is one that the program gets
// closed, it stays there until execve() closes it: an inherited descriptor may have a number beyond
// the limit, and then there is no room above it.
void KeepReportPipe(Birth* birth, int32_t* fds, int count) {
  const int fd = birth->report_fd;
  if (fd < 0 || fd >= count) return;
  if (fd > STDERR_FILENO && fds[fd] == kNullDevice) {
    fds[fd] = kReportPipe;
    return;
  }
  birth->report_fd = fcntl(fd, F_DUPFD_CLOEXEC, count);
  Check(birth, SpawnStep::kStdio, birth->report_fd);
}

// Lifts every source, and the report pipe, above the targets, and then places them. In one pass,
// filling target 1 could close the source that target 2 wants.
void PlaceDescriptors(Birth* birth) {
  auto* fds = PlanPart<int32_t>(birth->plan, birth->plan->fds);
  const int count = static_cast<int>(birth->plan->fd_count);
  KeepReportPipe(birth, fds, count);
  for (int target = 0; target < count; ++target) {
    const int source = fds[target];
    if (source < 0 || source == target || source >= count) continue;
    fds[target] = fcntl(source, F_DUPFD_CLOEXEC, count);
    Check(birth, SpawnStep::kStdio, fds[target]);
  }
  int null_device = -1;
  for (int target = 0; target < count; ++target) {
    Check(birth, SpawnStep::kStdio, Place(fds[target], target, &null_device));
  }
}

rlim_t LimitValue(uint32_t low, uint32_t high) {
  const uint64_t value = Halves(low, high);
  return value == ~uint64_t{0} ? RLIM_INFINITY : static_cast<rlim_t>(value);
}

void SetLimits(Birth* birth) {
  const auto* limit = PlanPart<const PlanLimit>(birth->plan, birth->plan->limits);
  for (uint32_t i = 0; i < birth->plan->limit_count; ++i, ++limit) {
    const struct rlimit value = {LimitValue(limit->soft_low, limit->soft_high),
                                 LimitValue(limit->hard_low, limit->hard_high)};
    const auto resource = static_cast<int>(limit->resource);
    Check(birth, SpawnStep::kResourceLimit, setrlimit(resource, &value));
  }
}

// Changes the groups before the user: afterwards the child has no right to.
void ChangeCredentials(Birth* birth) {
  SpawnPlan* plan = birth->plan;
  if (Has(*plan, kGroups)) {
    const int result = SetGroups(plan->group_count, PlanPart<const gid_t>(plan, plan->groups));
    const bool tolerable = Has(*plan, kGroupsIfAllowed) && result == -1 && errno == EPERM;
    if (!tolerable) Check(birth, SpawnStep::kGroups, result);
  }
  if (plan->gid != kUnchanged) {
    Check(birth, SpawnStep::kGroup, SetGroup(static_cast<gid_t>(plan->gid)));
  }
  if (plan->uid != kUnchanged) {
    Check(birth, SpawnStep::kUser, SetUser(static_cast<uid_t>(plan->uid)));
  }
}

// Comes after the credentials, because their change clears the signal (PR_SET_PDEATHSIG(2const)).
// If the parent has died before this call, the signal would never come, so the child exits.
void BindToParent(Birth* birth) {
  const int signal = birth->plan->death_signal;
  if (signal == 0) return;
  Check(birth, SpawnStep::kDeathSignal, SetDeathSignal(signal));
  if (getppid() != birth->parent) _exit(128 + signal);
}

// The C library refuses the signals that it uses itself; these keep their default action.
void IgnoreSignals(const SpawnPlan& plan) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  uint64_t bits = Halves(plan.ignored_low, plan.ignored_high);
  for (int signal = 1; bits != 0; ++signal, bits >>= 1) {
    if ((bits & 1) != 0) sigaction(signal, &ignore, nullptr);
  }
}

sigset_t MaskOf(const Birth& birth) {
  if (!Has(*birth.plan, kMask)) return birth.original_mask;
  sigset_t mask;
  sigemptyset(&mask);
  uint64_t bits = Halves(birth.plan->blocked_low, birth.plan->blocked_high);
  for (int signal = 1; bits != 0; ++signal, bits >>= 1) {
    if ((bits & 1) != 0) sigaddset(&mask, signal);
  }
  return mask;
}

// Tells whether execvp(3) tries the next directory of PATH: the file does not exist, or cannot be
// reached.
bool IsAbsent(int error) {
  return error == ENOENT || error == ENOTDIR || error == ESTALE || error == ENODEV ||
         error == ETIMEDOUT;
}

// Fills `slots` with the addresses of the strings of a section, and a null. Returns the place after
// them.
char** FillSlots(char** slots, SpawnPlan* plan, uint32_t strings, uint32_t bytes) {
  char* string = PlanPart<char>(plan, strings);
  char* const end = string + bytes;
  for (; string < end; string += strlen(string) + 1) *slots++ = string;
  *slots = nullptr;
  return slots + 1;
}

// Runs a file. One without a "#!" line goes to the shell: /bin/sh, the file, the arguments after
// argv[0]. The slot before argv has room for the shell's name.
void ExecOrShell(char* file, char** argv, char** env) {
  execve(file, argv, env);
  if (errno != ENOEXEC) return;
  char shell[] = "/bin/sh";
  char* const name = argv[0];
  argv[-1] = shell;
  argv[0] = file;
  if (name == nullptr) argv[1] = nullptr;
  execve(shell, argv - 1, env);
  argv[0] = name;
}

// Tries each file by execvp()'s rules. Missing: try the next. No permission: try the next, but
// remember. A path that is too long: try the next, because a directory of PATH may be. Any other
// error is the answer.
[[noreturn]] void Exec(Birth* birth, char** argv, char** env) {
  SpawnPlan* plan = birth->plan;
  char* file = PlanPart<char>(plan, plan->files);
  char* const end = file + plan->file_bytes;
  int error = 0;
  for (; file < end; file += strlen(file) + 1) {
    ExecOrShell(file, argv, env);
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
  Fail(birth, SpawnStep::kExec);
}

}  // namespace

void RunChild(Birth* birth) {
  birth->child_was_here = true;
  SpawnPlan* plan = birth->plan;
  Check(birth, SpawnStep::kSignals, ResetSignals());
  IgnoreSignals(*plan);
  JoinGroup(birth);
  if (plan->umask != kUnchanged) umask(static_cast<mode_t>(plan->umask));
  PlaceDescriptors(birth);
  // Two slots more: one for the shell's name before argv, and, if argv is empty, one for the file.
  char** const argv = birth->pointers + 1;
  char** const env = FillSlots(argv, plan, plan->argv, plan->argv_bytes) + 1;
  FillSlots(env, plan, plan->env, plan->env_bytes);
  // Before the limits, because it opens a descriptor for a moment.
  if (Has(*plan, kOwnVariables)) WriteOwnVariables(env);
  // After the descriptors, because a small limit would leave no room to place them. Before the
  // credentials, because raising a hard limit takes privilege.
  SetLimits(birth);
  if (plan->cwd != 0) {
    Check(birth, SpawnStep::kWorkingDirectory, chdir(PlanPart<const char>(plan, plan->cwd)));
  }
  ChangeCredentials(birth);
  BindToParent(birth);
  // Last: a pending signal is delivered now, with the default action, as to any process.
  RestoreMask(MaskOf(*birth));
  Exec(birth, argv, env);
}

}  // namespace sexton
