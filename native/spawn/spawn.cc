#include "spawn/spawn.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "platform/descriptors.h"
#include "platform/retry.h"
#include "platform/terminal.h"
#include "spawn/child_calls.h"
#include "spawn/dumpable.h"
#include "wait/wait.h"

namespace sexton {
namespace {

// Whether a child's writes to its memory have been seen here, as on every real Linux: then it can
// report by them. Under emulators that turn CLONE_VM into a fork (qemu-user, WSL 1), and where it
// is a fork, they are never seen, nor is its exec awaited, and it takes a pipe. The first child
// tells. With a pipe the parent sleeps twice: until exec, and until exec has closed the pipe.
std::atomic<bool> memory_is_shared{false};

sigset_t SetOf(uint64_t bits) {
  sigset_t set;
  sigemptyset(&set);
  for (int signal = 1; signal <= 64; ++signal) {
    if ((bits >> (signal - 1) & 1) != 0) sigaddset(&set, signal);
  }
  return set;
}

// What the child had to say. Of a pipe: nothing comes when it closes, as exec has succeeded.
SpawnReport ReadReport(const SpawnPlan& plan, int fd) {
  SpawnReport report = plan.report;
  if (fd >= 0) Retry([&] { return read(fd, &report, sizeof report); });
  return report;
}

SpawnResult Failure(SpawnStep step, int error) {
  SpawnResult result;
  result.step = step;
  result.error = error;
  return result;
}

}  // namespace

const char* SpawnStepName(SpawnStep step) {
  static const char* const names[] = {
      "none", "pipe2",     "clone", "sigaction", "setsid",    "setpgid",   "tcsetpgrp", "umask",
      "dup2", "setrlimit", "chdir", "setgroups", "setresgid", "setresuid", "prctl",     "execve",
  };
  return names[static_cast<int>(step)];
}

SpawnResult Spawn(SpawnPlan* plan) {
  // It must be known when the child has left our memory, of which only the pipe tells: exec closes
  // it after that.
  const bool changes_credentials = plan->uid >= 0 || plan->gid >= 0;
  const Undumpable undumpable(changes_credentials);
  const bool needs_pipe = changes_credentials || !memory_is_shared;
  UniqueFd report_read, report_write;
  const int piped = !needs_pipe ? 0 : MakePipe(&report_read, &report_write, 0);
  if (piped < 0) return Failure(SpawnStep::kPipe, -piped);
  plan->report_fd = report_write.get();
  plan->parent = getpid();
  plan->parent_group = getpgrp();

  // No signal may be handled between the child's birth and its reset of the dispositions: the
  // handler would run in the child, on memory that is the parent's.
  SpawnResult result;
  BlockAllSignals(&plan->original_mask);
  plan->child_mask = plan->set_mask ? SetOf(plan->mask) : plan->original_mask;
  const pid_t pid = CreateChild(plan, &result.pidfd);
  RestoreMask(plan->original_mask);
  if (pid < 0) return Failure(SpawnStep::kClone, -pid);

  if (plan->child_was_here) memory_is_shared = true;
  report_write.Reset(-1);  // or the end of the pipe would never be seen
  const SpawnReport report = ReadReport(*plan, report_read.get());
  if (report.step != SpawnStep::kNone) {
    WaitForEnd(pid);
    if (result.pidfd >= 0) close(result.pidfd);
    // The child may have had the terminal already; a dead group would keep everyone from it.
    if (plan->foreground)
      MoveForeground(plan->process_group > 0 ? plan->process_group : pid, getpgrp());
    return Failure(report.step, report.error);
  }
  result.pid = pid;
  return result;
}

}  // namespace sexton
