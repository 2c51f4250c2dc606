#include "keeper/members.h"

#include <fcntl.h>
#include <signal.h>

#include "keeper/directory.h"
#include "platform/descriptors.h"
#include "platform/process.h"

namespace sexton {
namespace {

// The levels of groups below the job's own that are looked into, which bounds the stack and the
// descriptors. A process further down is killed as a descendant.
constexpr int kDeepest = 16;

struct Search {
  const char* name;
  const Proc* proc;
  int group;
  int depth;

  // The pidfd is opened before the process's group is read. If its process has ended since, the
  // signal reaches nobody, whoever has the pid now.
  static void KillOne(void* data, pid_t pid) {
    const auto* const search = static_cast<Search*>(data);
    const UniqueFd pidfd(PidfdOpen(pid));
    if (pidfd.valid() && search->proc->IsInGroup(pid, search->name))
      PidfdSend(pidfd.get(), SIGKILL);
  }

  static bool LookBelow(void* data, const char* name, bool is_directory) {
    const auto* const search = static_cast<Search*>(data);
    if (!is_directory || *name == '.') return true;
    const UniqueFd below(openat(search->group, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Search next = {search->name, search->proc, below.get(), search->depth + 1};
    if (below.valid()) next.Kill();
    return true;
  }

  void Kill() {
    const UniqueFd list(openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC));
    if (list.valid()) EachNumberIn(list.get(), KillOne, this);
    if (depth < kDeepest) EachEntry(group, LookBelow, this);
  }
};

}  // namespace

void KillMembersOf(int parent, const char* path, const char* name, const Proc& proc) {
  const UniqueFd group(openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Search search = {name, &proc, group.get(), 0};
  if (group.valid()) search.Kill();
}

}  // namespace sexton
