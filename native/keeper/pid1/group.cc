#include "keeper/pid1/group.h"

#include <unistd.h>

#include "keeper/proc.h"

namespace sexton::pid1 {
namespace {

// The longest line of ancestors that is followed, should parents change while it is.
constexpr int kMostAncestors = 1000;

struct Search {
  const Proc* proc;
  pid_t self;
  bool has_others;

  bool IsOwn(pid_t pid) const {
    ProcessStat stat;
    for (int i = 0; i < kMostAncestors && pid > 0; ++i) {
      if (pid == self) return true;
      if (!proc->ReadStat(pid, &stat)) return false;
      pid = stat.parent;
    }
    return false;
  }

  static void Look(void* data, pid_t pid) {
    auto* const search = static_cast<Search*>(data);
    ProcessStat stat;
    if (search->has_others || getpgid(pid) != search->self) return;
    if (!search->proc->ReadStat(pid, &stat) || stat.IsZombie()) return;
    search->has_others = !search->IsOwn(pid);
  }
};

}  // namespace

bool SharesGroup() {
  Proc proc;
  Search search = {&proc, getpid(), false};
  if (getpgrp() != search.self || proc.Open() < 0) return true;
  proc.StartLook();
  proc.EachNumber(".", Search::Look, &search);
  proc.Close();
  return search.has_others || proc.look_failed();
}

}  // namespace sexton::pid1
