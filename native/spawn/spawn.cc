#include "spawn/spawn.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "platform/descriptors.h"
#include "platform/process.h"
#include "platform/terminal.h"
#include "spawn/calls.h"
#include "spawn/child.h"
#include "wait/wait.h"

namespace sexton {
namespace {

// Whether this process has seen a child's writes to its memory, as on every real Linux. Such a
// child can report by writing. A fork, and an emulator that turns CLONE_VM into one (qemu-user, WSL
// 1), shares no memory and does not wait for exec, so the child reports by a pipe. The first child
// shows which it is. A pipe is slower: the parent sleeps until exec, and again until exec has
// closed the pipe.
std::atomic<bool> memory_is_shared{false};

// Whether this process has also seen the kernel tell when a child has left its memory.
std::atomic<bool> leaving_is_told{false};

// Returns the child's report. A pipe that closes without one means that exec has succeeded.
SpawnReport ReadReport(const Birth& birth, int fd) {
  SpawnReport report = birth.report;
  if (fd >= 0) Retry([&] { return read(fd, &report, sizeof report); });
  return report;
}

struct Free {
  void operator()(char** pointers) const { free(pointers); }
};

char** NewPointers(size_t count) { return static_cast<char**>(malloc(count * sizeof(char*))); }

SpawnResult Failure(SpawnStep step, int error) {
  SpawnResult result;
  result.step = step;
  result.error = error;
  return result;
}

}  // namespace

bool NeedNotWait(const SpawnPlan& plan) {
  constexpr uint32_t kAwaited = kSession | kForeground | kOwnVariables;
  return leaving_is_told && calls::LeaveErrnoAlone() && (plan.flags & kAwaited) == 0 &&
         plan.uid == kUnchanged && plan.gid == kUnchanged && plan.process_group == kUnchanged &&
         plan.death_signal == 0;
}

SpawnResult Spawn(SpawnPlan* plan, const CgroupFiles* joined) {
  // The memory must stay undumpable until the child has left it. Only the pipe shows when: exec
  // closes it after that.
  const bool changes_credentials = plan->uid != kUnchanged || plan->gid != kUnchanged;
  const Undumpable undumpable(changes_credentials);
  const bool needs_pipe = changes_credentials || !memory_is_shared;
  UniqueFd report_read, report_write;
  const int piped = !needs_pipe ? 0 : MakePipe(&report_read, &report_write, 0);
  if (piped < 0) return Failure(SpawnStep::kPipe, -piped);
  const std::unique_ptr<char*[], Free> pointers(NewPointers(CountPointers(*plan)));
  if (pointers == nullptr) return Failure(SpawnStep::kClone, ENOMEM);
  Birth birth = {};
  birth.plan = plan;
  birth.joined = joined;
  birth.pointers = pointers.get();
  birth.report_fd = report_write.get();
  birth.parent = getpid();
  birth.parent_group = getpgrp();

  // A signal must not be handled before the child has reset the dispositions: the handler would run
  // in the child, on the parent's memory.
  SpawnResult result;
  const int blocked = BlockAllSignals(&birth.original_mask);
  if (blocked < 0) return Failure(SpawnStep::kSignals, -blocked);
  const pid_t pid = CreateChild(&birth, &result.pidfd);
  RestoreMask(birth.original_mask);
  if (pid < 0) return Failure(SpawnStep::kClone, -pid);

  if (birth.child_was_here) memory_is_shared = true;
  if (birth.child_was_here && birth.occupied == 0) leaving_is_told = true;
  report_write.Reset(-1);  // otherwise the read end would never see the pipe close
  const SpawnReport report = ReadReport(birth, report_read.get());
  if (report.step != SpawnStep::kNone) {
    WaitForEnd(pid);
    if (result.pidfd >= 0) close(result.pidfd);
    // The child may have had the terminal already. A dead group would keep everyone from it.
    if (Has(*plan, kForeground))
      MoveForeground(plan->process_group > 0 ? plan->process_group : pid, getpgrp());
    return Failure(report.step, report.error);
  }
  result.pid = pid;
  return result;
}

}  // namespace sexton
