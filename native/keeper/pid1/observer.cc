#include "keeper/pid1/observer.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "keeper/ending.h"
#include "keeper/pid1/world.h"
#include "wait/wait.h"

namespace sexton::pid1 {
namespace {

// Milliseconds for its last lines.
constexpr uint64_t kPatience = 2000;

}  // namespace

bool Observer::Reaped(pid_t pid) {
  if (pid_ == 0 || pid != pid_) return false;
  pid_ = 0;
  return true;
}

void Observer::AwaitEnd() {
  const uint64_t children = BitOf(SIGCHLD);
  const struct timespec pause = {0, 50'000'000};
  for (const uint64_t end = Now() + kPatience; pid_ > 0 && Now() < end;) {
    WaitStatus status;
    const int result = WaitNow(P_PID, static_cast<id_t>(pid_), 0, &status);
    if (result < 0 || status.pid != 0) return;
    syscall(SYS_rt_sigtimedwait, &children, nullptr, &pause, sizeof children);
  }
}

}  // namespace sexton::pid1
