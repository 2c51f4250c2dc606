#ifndef SEXTON_SPAWN_SPAWN_H_
#define SEXTON_SPAWN_SPAWN_H_

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace sexton {

// What the child does between its birth and its exec, in this order; names in spawn.cc. Whatever
// fails, the child says which step and which errno.
enum class SpawnStep : int32_t {
  kNone,
  kPipe,
  kClone,
  kSignals,
  kSession,
  kProcessGroup,
  kForeground,
  kUmask,
  kStdio,
  kResourceLimit,
  kWorkingDirectory,
  kGroups,
  kGroup,
  kUser,
  kDeathSignal,
  kExec,
};
const char* SpawnStepName(SpawnStep step);

// What the child has to say: nothing, or the step that failed.
struct SpawnReport {
  SpawnStep step = SpawnStep::kNone;
  int error = 0;
};

struct ResourceLimit {
  int resource;
  struct rlimit value;
};

// A variable that is to name the child itself: its pid, or the id of a pidfd of it.
struct OwnVariable {
  size_t entry;  // index in the environment
  char* value;   // has room for the largest number
  bool is_pidfd_id;
};

// Everything the child needs, laid out before it exists: it may not allocate, lock or search.
struct SpawnPlan {
  std::vector<char*> files;  // tried in turn, as execvp() would; null-terminated
  std::vector<char*> argv;   // null-terminated
  std::vector<char*> shell;  // argv for a file without a "#!" line: /bin/sh, the file, the rest
  char** env = nullptr;
  const char* cwd = nullptr;
  std::vector<int> fds;  // fds[i] becomes descriptor i; kNullDevice: /dev/null, or closed above 2
  bool session = false;
  bool foreground = false;
  int64_t process_group = -1;  // -1: the parent's; 0: a new one; else one to join
  int64_t uid = -1;
  int64_t gid = -1;
  bool set_groups = false;
  bool groups_if_allowed = false;  // nobody asked for it: a refusal is no failure
  std::vector<gid_t> groups;
  int64_t umask = -1;
  int death_signal = 0;
  uint64_t ignored = 0;  // signals the child ignores, as bits from 1
  bool set_mask = false;
  uint64_t mask = 0;  // signals it starts with blocked, likewise
  std::vector<OwnVariable> own_variables;
  std::vector<ResourceLimit> limits;
  int cgroup_fd = -1;
  bool want_pidfd = false;

  // Filled in by Spawn() for the child.
  pid_t parent = 0;
  pid_t parent_group = 0;
  sigset_t original_mask;
  sigset_t child_mask;
  int report_fd = -1;  // -1: it need not be written, as the parent sees `report`

  // Filled in by the child for Spawn(), which sees it if they share their memory.
  bool child_was_here = false;
  SpawnReport report;
};
constexpr int kNullDevice = -1;
constexpr int kReportPipe = -2;  // set by the child itself

struct SpawnResult {
  pid_t pid = 0;
  int pidfd = -1;  // -1 where the kernel gives none
  int error = 0;   // errno of the failed step
  SpawnStep step = SpawnStep::kNone;
};

// Starts a process, or reports the step that failed; then no process and no descriptor remains.
// Returns when the child has run exec or is reaped: some 100 µs, whatever the size of this process.
SpawnResult Spawn(SpawnPlan* plan);

// --- one of these per platform ---

// Makes the child, which runs RunChild(plan) and never returns. Its pid, or -errno.
pid_t CreateChild(SpawnPlan* plan, int* pidfd);

// The child's whole life before exec (spawn_child.cc).
[[noreturn]] void RunChild(SpawnPlan* plan);

}  // namespace sexton

#endif  // SEXTON_SPAWN_SPAWN_H_
