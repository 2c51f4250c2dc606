#include <sys/wait.h>
#include <unistd.h>

#include "keeper/pid1/signals.h"
#include "keeper/pid1/supervisor.h"
#include "platform/process.h"
#include "platform/terminal.h"

// Job control. The shell knows only pid1, not the command. When the terminal stops the command,
// pid1 stops too, so that the shell shows its prompt. On `fg` and `bg`, pid1 resumes the command.

namespace sexton::pid1 {
namespace {

// Tells the change of a child's job control: the signal that has stopped it, SIGCONT if it has
// continued, or 0. A child that has stopped for its tracer goes on.
int TakeStop(pid_t pid) {
  siginfo_t child = {};
  const int flags = WSTOPPED | WCONTINUED | WNOHANG;
  const long result = Retry([&] { return waitid(P_PID, static_cast<id_t>(pid), &child, flags); });
  if (result < 0 || child.si_pid == 0) return 0;
  if (child.si_code != CLD_TRAPPED) return child.si_status;
  WaitStatus stop;
  stop.pid = child.si_pid;
  stop.cause = child.si_code;
  stop.status = child.si_status;
  Detach(stop);
  return 0;
}

}  // namespace

void Supervisor::LookForStop() {
  if (!command_.is_job() && !report_.Wants(kInfo)) return;
  const int signal = TakeStop(command_.pid());
  if (signal == 0) return;
  Happening stopped;
  stopped.event = signal == SIGCONT ? Event::kContinued : Event::kStopped;
  stopped.pid = command_.pid();
  stopped.signal = signal;
  Line line;
  line.Add(command_.pid()).Add(signal == SIGCONT ? " was continued by " : " was stopped by ");
  AddSignal(&line, signal);
  report_.Tell(kInfo, stopped, line);
  if (command_.is_job() && Contains(kStops, signal)) StopLike(signal);
}

// Takes the terminal back before stopping. Otherwise the shell would find it taken. The terminal
// stopped only the command's group, so the rest of pid1's group, such as a script that started it,
// must be stopped here. pid1 blocks that signal, so only Suspend() stops it.
void Supervisor::StopLike(int signal) {
  if (command_.own_group()) {
    MoveForeground(command_.pid(), getpgrp());
    kill(0, signal);
  }
  Suspend();
}

// Stops this process until it receives SIGCONT.
void Supervisor::Suspend() const {
  if (world_.self != 1) kill(world_.self, SIGSTOP);
}

// Passes SIGCONT on to the command, and the terminal's foreground if pid1 has it.
bool Supervisor::Resume() const {
  if (!command_.is_job() || !command_.own_group()) return false;
  if (command_.foreground()) MoveForeground(getpgrp(), command_.pid());
  return command_.SendToGroup(SIGCONT) == 0;
}

}  // namespace sexton::pid1
