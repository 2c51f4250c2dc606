#include "keeper/pid1/world.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper/pid1/environment.h"
#include "keeper/pid1/signals.h"
#include "keeper/programs.h"

namespace sexton::pid1 {
namespace {

constexpr size_t kKernelMask = 8;

// The kernel's struct sigaction, whose first word is the handler. The C library would refuse to
// show the actions of its own signals.
struct KernelAction {
  uint64_t words[8];
};

// An ignored SIGCHLD would make the kernel reap the command. An ignored fault would be hidden. The
// other signals are blocked, and then the kernel keeps even ignored ones for rt_sigtimedwait(2).
constexpr uint64_t kNeverIgnored = kFaults | BitOf(SIGCHLD);

void Unignore(uint64_t signals) {
  const KernelAction default_action = {};
  for (int signal = 1; signals != 0; ++signal, signals >>= 1) {
    if ((signals & 1) != 0)
      syscall(SYS_rt_sigaction, signal, &default_action, nullptr, kKernelMask);
  }
}

// Keeps this process's own descriptors from the numbers of the standard ones. The command gets
// closed ones closed, because these are close-on-exec.
void FillStandard() {
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDWR | O_CLOEXEC);  // the lowest free number
  }
}

}  // namespace

uint64_t IgnoredAmong(uint64_t signals) {
  uint64_t ignored = 0;
  for (int signal = 1; signals != 0; ++signal, signals >>= 1) {
    if ((signals & 1) == 0) continue;
    KernelAction action = {};
    const long read = syscall(SYS_rt_sigaction, signal, nullptr, &action, kKernelMask);
    if (read == 0 && action.words[0] == 1) ignored |= BitOf(signal);
  }
  return ignored;
}

World TakeWorld(int count, char** words) {
  World world = {};
  const uint64_t mask = ~kFaults;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &world.blocked, kKernelMask);
  world.unignored = IgnoredAmong(kNeverIgnored);
  Unignore(world.unignored);
  world.name = BaseName(words[0]);
  world.count = count - 1;
  world.words = words + 1;
  world.env = environ;
  world.self = getpid();
  world.parent = getppid();
  RestoreEnvironment(&world);
  FillStandard();
  return world;
}

}  // namespace sexton::pid1
