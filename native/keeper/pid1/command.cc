#include "keeper/pid1/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>

#include "keeper/pid1/group.h"
#include "keeper/pid1/plan_block.h"
#include "keeper/pid1/signals.h"
#include "platform/terminal.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace sexton::pid1 {
namespace {

constexpr long kPipes = 0x50495045;  // PIPEFS_MAGIC of <linux/magic.h>

#define SEXTON_CALL(name, call) call,
const char* const kCalls[] = {SEXTON_SPAWN_STEPS(SEXTON_CALL)};
#undef SEXTON_CALL

// Gives the pipes at descriptors 0 to 2 to another user, as runc does. Only the owner of a pipe may
// open /dev/stdout again. Files, named pipes and terminals outlive the command.
void GiveAwayPipes(uid_t owner) {
  for (const int fd : {0, 1, 2}) {
    struct statfs system;
    if (fstatfs(fd, &system) != 0 || system.f_type != kPipes) continue;
    static_cast<void>(fchown(fd, owner, static_cast<gid_t>(-1)) == 0);
  }
}

// The first descriptor after standard error.
constexpr int kFirst = 3;

// The most descriptors that are closed one by one, where the kernel cannot close a range.
constexpr rlim_t kMostSingly = 65'536;

void CloseAllFrom(int first) {
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto end = static_cast<int>(std::min(limit.rlim_max, kMostSingly));
  for (int fd = first; fd < end; ++fd) close(fd);
}

bool HasTerminal() {
  const int terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (terminal < 0) return false;
  close(terminal);
  return true;
}

}  // namespace

bool Command::Start() {
  SpawnPlan plan = {};
  plan.uid = settings_.uid;
  plan.gid = settings_.gid;
  plan.umask = plan.process_group = plan.cgroup_fd = kUnchanged;
  plan.death_signal = settings_.child_death;
  ChooseGroup(&plan);
  // Root drops its supplementary groups with its user id. Otherwise the command would keep root's
  // access by group.
  if (plan.uid != kUnchanged || plan.gid != kUnchanged) plan.flags |= kGroups | kGroupsIfAllowed;
  if (plan.uid != kUnchanged) GiveAwayPipes(static_cast<uid_t>(plan.uid));
  Launch launch;
  launch.tail = words_;
  launch.env = world_.env;
  launch.variables = settings_.variables;
  launch.variable_count = settings_.variable_count;
  launch.workdir = settings_.workdir;
  launch.names_child = true;
  result_ = SpawnFrom(launch, world_, plan);
  pid_ = result_.pid;
  is_running_ = pid_ > 0;
  return is_running_;
}

// In a pipeline or under a script, pid1 shares its group with others. The terminal belongs to all
// of them, so the command stays in the group, as it would without pid1. Elsewhere a group of its
// own keeps signals to pid1's group from reaching the command twice. If pid1 leads the session, no
// shell could resume a command that Ctrl-Z stops. Then the command stays in pid1's group: that
// group is orphaned, and the kernel discards such stops there.
bool Command::NeedsOwnGroup(bool has_terminal, bool is_leader, bool is_shared) const {
  if (!has_terminal || settings_.rewrites_any) return true;
  return !is_shared && !is_leader;
}

void Command::ChooseGroup(SpawnPlan* plan) {
  const bool has_terminal = HasTerminal();
  const bool is_leader = getsid(0) == world_.self;
  const bool is_shared = has_terminal && !is_leader && SharesGroup();
  own_group_ = settings_.target != kChild || NeedsOwnGroup(has_terminal, is_leader, is_shared);
  foreground_ = has_terminal && own_group_ && !is_shared;
  is_job_ = world_.self != 1 && !is_leader && has_terminal;
  if (settings_.target == kSessionOfChild && !has_terminal) {
    foreground_ = false;
    plan->flags |= kSession;
    return;
  }
  if (own_group_) plan->process_group = 0;
  if (foreground_) plan->flags |= kForeground;
}

void Command::AddFailure(Line* line) const {
  line->Add(kCalls[static_cast<int>(result_.step)]);
  const bool has_path = result_.step == SpawnStep::kExec;
  const bool has_folder = result_.step == SpawnStep::kWorkingDirectory;
  const char* const path = has_folder ? settings_.workdir : words_.words[0];
  if (has_path || has_folder) line->Add(" '").Add(path).Add("'");
  line->Add(": ").AddError(result_.error);
}

int Command::exit_code() const {
  const int(&exits)[3] = settings_.persona->exits;
  if (result_.step != SpawnStep::kExec) return exits[2];
  if (result_.error == ENOENT || result_.error == ENOTDIR) return exits[0];
  return result_.error == EACCES ? exits[1] : exits[2];
}

void Command::Ended() {
  is_running_ = false;
  if (foreground_) MoveForeground(pid_, getpgrp());
}

pid_t Command::target() const { return settings_.target == kChild ? pid_ : -pid_; }

int Command::Send(int signal) const {
  if (!is_running_) return -ESRCH;
  return kill(target(), signal) == 0 ? 0 : -errno;
}

int Command::SendToGroup(int signal) const {
  if (!is_running_) return -ESRCH;
  return kill(-pid_, signal) == 0 ? 0 : -errno;
}

int LetGo(int kept) {
  static_cast<void>(chdir("/") == 0);
  const int null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {0, 1}) {
    if (null_device < 0)
      close(fd);
    else if (null_device != fd)
      dup2(null_device, fd);
  }
  if (kept < 0) return CloseAllFrom(kFirst), -1;
  if (kept != kFirst) dup3(kept, kFirst, O_CLOEXEC);
  CloseAllFrom(kFirst + 1);
  return kFirst;
}

}  // namespace sexton::pid1
