#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/ending.h"
#include "keeper/pid1/signals.h"
#include "keeper/pid1/supervisor.h"

// Signals for the command: each one once, and rewritten if the user has asked for it.

namespace sexton::pid1 {

void Supervisor::Receive(const siginfo_t& info) {
  const int signal = info.si_signo;
  // The signals of pid1's own job control to its group.
  if (info.si_code == SI_USER && info.si_pid == world_.self) return;
  // In pid1's group the command has already received the terminal's signals.
  const bool is_shared = !command_.own_group() && info.si_code == SI_KERNEL;
  if (is_shared && Contains(kFromTerminal, signal)) return;
  if (signal == SIGCONT && Resume()) return;
  const int sent = Rewritten(signal);
  Forward(info, sent);
  const bool asks = Contains(kTerminating, signal) || Contains(kTerminating, sent);
  if (!asks || has_forced_ || settings_.kill_after == kForever) return;
  has_forced_ = true;
  const uint64_t now = Now();
  if (settings_.kill_after < kForever - now) force_ = now + settings_.kill_after;
}

// A command in its own session stops only by SIGSTOP. The kernel discards the other stops in an
// orphaned group, which has no shell that could resume it.
int Supervisor::Rewritten(int signal) const {
  const int wanted = settings_.rewrites[signal];
  if (wanted != kNotRewritten) return wanted;
  if (settings_.target == kSessionOfChild && Contains(kStops, signal)) return SIGSTOP;
  return Contains(settings_.persona->swallows, signal) ? 0 : signal;
}

void Supervisor::Forward(const siginfo_t& info, int sent) {
  Happening forwarded;
  forwarded.signal = info.si_signo;
  forwarded.sent = sent;
  Line line;
  if (sent == 0) {
    forwarded.event = Event::kDropped;
    AddSignal(&line, info.si_signo);
    return report_.Tell(kDebug, forwarded, line.Add(" is not forwarded"));
  }
  const int result = command_.Send(sent);
  if (result == -ESRCH) return;
  if (result < 0) return TellRefusal(info.si_signo, sent, -result);
  forwarded.event = Event::kForwarded;
  forwarded.pid = command_.pid();
  forwarded.origin_pid = info.si_pid;
  forwarded.origin_uid = info.si_uid;
  forwarded.origin_code = info.si_code;
  AddSignal(&line.Add("forwarded "), info.si_signo);
  if (sent != info.si_signo) AddSignal(&line.Add(" as "), sent);
  report_.Tell(kDebug, forwarded, line.Add(" to ").Add(command_.pid()));
  if (sent == SIGSTOP && Contains(kStops, info.si_signo)) Suspend();
}

void Supervisor::TellRefusal(int signal, int sent, int error) {
  Happening refused;
  refused.event = Event::kDropped;
  refused.signal = signal;
  Line line;
  AddSignal(&line, signal);
  AddSignal(&line.Add(" was not forwarded: kill "), sent);
  line.Add(" (pid ").Add(command_.target()).Add("): ").AddError(error);
  report_.Tell(kWarning, refused, line);
}

void Supervisor::ForceCommand() {
  force_ = kForever;
  if (command_.Send(SIGKILL) < 0) return;
  Happening forced;
  forced.event = Event::kForced;
  forced.pid = command_.pid();
  forced.signal = SIGKILL;
  const Line line = Line().Add(command_.pid()).Add(" did not exit in time: sent it SIGKILL");
  report_.Tell(kWarning, forced, line);
}

}  // namespace sexton::pid1
