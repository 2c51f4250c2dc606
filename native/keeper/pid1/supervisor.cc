#include "keeper/pid1/supervisor.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "keeper/ending.h"
#include "keeper/pid1/shell_copy.h"
#include "keeper/pid1/signals.h"
#include "platform/process.h"
#include "wait/wait.h"

namespace sexton::pid1 {
namespace {

constexpr size_t kKernelMask = 8;

// Tries the call by which this process stands by, for no signal. 0 or errno. A sandbox that forbids
// it would make this process spin, deaf to every signal.
int TryWait() {
  const uint64_t none = 0;
  const struct timespec now = {};
  syscall(SYS_rt_sigtimedwait, &none, nullptr, &now, kKernelMask);
  return errno == EAGAIN ? 0 : errno;
}

}  // namespace

int Supervisor::Run() {
  report_.Prepare(settings_);
  if (observer_.is_running()) report_.SetObserver(observer_.socket(), observer_.wants_events());
  if (!Prepare()) return Leave(kCannotRun);
  if (report_.Wants(kTrace)) SayWorld();
  if (settings_.pause) {
    Pause();
  } else if (StartCommand()) {
    RunCommand();
  } else {
    return Leave(command_.exit_code());
  }
  if (settings_.ends_remainder && adopts_) EndRemainder();
  return Leave(exit_code_);
}

// False if the system refuses what this process needs, or what the user has asked for.
bool Supervisor::Prepare() {
  const int wait_error = TryWait();
  if (wait_error != 0) return Refuse("rt_sigtimedwait", wait_error);
  prctl(PR_SET_NAME, "pid1");
  const bool is_first = world_.self == 1;
  adopts_ = is_first || GetSubreaper() == 1;
  if (settings_.subreaper || (settings_.persona->adopts && !is_first)) {
    const int result = SetSubreaper(true);
    if (result < 0) return Refuse("prctl PR_SET_CHILD_SUBREAPER", -result);
    adopts_ = true;
  } else if (settings_.persona->warns_when_plain && !adopts_) {
    report_.Say(kWarning, Line().Add("this process is neither PID 1 nor a subreaper: "
                                     "init adopts the orphans (use -s)"));
  }
  if (settings_.parent_death != 0) DieWithParent();
  names_ = report_.Wants(level_of_reaped()) || settings_.persona->farewell;
  return true;
}

bool Supervisor::Refuse(const char* call, int error) {
  report_.Say(kFatal, Line().Add(call).Add(": ").AddError(error));
  return false;
}

// Sends the signal itself if the parent has already died: the kernel knew nothing of the wish then.
void Supervisor::DieWithParent() {
  prctl(PR_SET_PDEATHSIG, settings_.parent_death);
  if (getppid() != world_.parent) kill(world_.self, settings_.parent_death);
}

bool Supervisor::StartCommand() {
  if (!command_.Start()) {
    Line line;
    command_.AddFailure(&line);
    report_.Say(kFatal, line);
    return false;
  }
  LetGoOfWorld();
  Happening started;
  started.event = Event::kStarted;
  started.pid = command_.pid();
  report_.Tell(kInfo, started, Line().Add("started ").Add(command_.pid()));
  return true;
}

void Supervisor::LetGoOfWorld() {
  observer_.Moved(LetGo(observer_.socket()));
  if (observer_.is_running()) report_.SetObserver(observer_.socket(), observer_.wants_events());
  if (names_) proc_.Open();
}

void Supervisor::RunCommand() {
  LookForStop();
  while (command_.is_running()) {
    siginfo_t info = {};
    const uint64_t deadline = more_to_reap_ ? 0 : force_;
    if (!TakeSignal(deadline, &info)) {
      if (Now() >= force_) ForceCommand();
      Reap();
    } else if (info.si_signo == SIGCHLD) {
      LookForStop();
      Reap();
    } else {
      Receive(info);
    }
  }
}

// Reaps until TERM or INT.
void Supervisor::Pause() {
  EndShellCopy();
  LetGoOfWorld();
  report_.Say(kInfo, Line().Add("reaping until TERM or INT"));
  for (siginfo_t info = {};;) {
    Reap();
    if (!TakeSignal(more_to_reap_ ? 0 : kForever, &info)) continue;
    if (info.si_signo == SIGTERM || info.si_signo == SIGINT) return;
  }
}

// Only PID 1 or a subreaper has the command's orphans. Other children belong to the program that
// this process was before exec.
void Supervisor::EndRemainder() {
  while (Reap()) {
  }
  if (!any_children_) return;
  if (!proc_.is_open()) proc_.Open();
  if (remainder_.IsDone(any_children_)) return;
  remainder_.Begin(settings_.grace);
  while (!remainder_.IsDone(any_children_)) {
    siginfo_t info = {};
    const uint64_t deadline = more_to_reap_ ? 0 : remainder_.deadline();
    if (TakeSignal(deadline, &info) && Contains(kTerminating, info.si_signo)) remainder_.Hurry();
    Reap();
    remainder_.Step();
  }
}

// Lets the observer write to its end.
int Supervisor::Leave(int code) {
  report_.Say(kTrace, Line().Add("exiting with ").Add(code));
  report_.CloseObserver();
  observer_.AwaitEnd();
  return code;
}

// Waits for a signal until the deadline, or until the end of a rest. Without a rest, a deadline of
// 0 means no wait. False if none has come.
bool Supervisor::TakeSignal(uint64_t deadline, siginfo_t* info) {
  const bool rests = rest_end_ > 0 && Now() < rest_end_;
  const uint64_t deaf = kFaults | (rests ? BitOf(SIGCHLD) : 0);  // a fault ends this process
  const uint64_t heard = ~deaf;
  if (rests) deadline = std::min(deadline == 0 ? kForever : deadline, rest_end_);
  for (;;) {
    struct timespec wait = {};
    const uint64_t now = deadline == 0 ? 0 : Now();
    const uint64_t left = deadline > now ? deadline - now : 0;
    wait.tv_sec = static_cast<time_t>(left / 1000);
    wait.tv_nsec = static_cast<long>(left % 1000 * 1'000'000);
    const struct timespec* const limit = deadline == kForever ? nullptr : &wait;
    const long signal = syscall(SYS_rt_sigtimedwait, &heard, info, limit, kKernelMask);
    if (signal > 0) return true;
    // A stop of this process interrupts the call.
    if (errno != EINTR) return false;
  }
}

}  // namespace sexton::pid1
