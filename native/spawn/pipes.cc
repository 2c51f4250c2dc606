#include "spawn/pipes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sexton {
namespace {

// A program that writes to `/dev/stderr` opens the pipe again, by way of `/proc/self/fd/2`, and
// only the pipe's owner may do that. Without CAP_CHOWN the pipe keeps its owner, and still works
// for programs that use the descriptor. If there is no such user, setresuid() will fail.
void GiveAway(int fd, int32_t uid) {
  if (uid == kUnchanged) return;
  const int result = fchown(fd, static_cast<uid_t>(uid), static_cast<gid_t>(-1));
  static_cast<void>(result);
}

}  // namespace

int ChildPipes::Make(SpawnPlan* plan) {
  auto* fds = PlanPart<int32_t>(plan, plan->fds);
  for (uint32_t i = 0; i < plan->fd_count; ++i) {
    if (fds[i] != kReadPipe && fds[i] != kWritePipe) continue;
    const int opened = Open(*plan, i, &fds[i]);
    if (opened < 0) return opened;
  }
  return 0;
}

int ChildPipes::Open(const SpawnPlan& plan, uint32_t index, int32_t* entry) {
  UniqueFd read_end, write_end;
  const int made = MakePipe(&read_end, &write_end, 0);
  if (made < 0) return made;
  UniqueFd& ours = *entry == kReadPipe ? read_end : write_end;
  UniqueFd& theirs = *entry == kReadPipe ? write_end : read_end;
  if (fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) return -errno;
  GiveAway(theirs.get(), plan.uid);
  *entry = theirs.get();
  pipes_.push_back({index, std::move(ours), std::move(theirs)});
  return 0;
}

}  // namespace sexton
