#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/pid1/remainder.h"
#include "keeper/pid1/signals.h"
#include "keeper/pid_set.h"

// Signals to one process that the command has left behind, and what is told of it.

namespace sexton::pid1 {
namespace {

// Each is reported once. What is beyond the reach of this user is not tried again.
PidSet killed;
PidSet left;

}  // namespace

void Remainder::Reaped(pid_t pid) {
  killed.Remove(pid);
  left.Remove(pid);
}

bool Remainder::IsLeft(size_t index) const { return left.Has(tree_.at(index).process.pid); }

// Without pidfds a pid could change hands between the check and the signal, but for a child of this
// process: that keeps its pid until it is reaped here.
int Remainder::Send(size_t index, int signal) const {
  if (has_pidfds_) return tree_.Send(index, signal);
  if (!tree_.IsThere(index)) return -ESRCH;
  return kill(tree_.at(index).process.pid, signal) == 0 ? 0 : -errno;
}

// Sends SIGTERM and SIGCONT, or SIGKILL, and reports the first SIGKILL of several. False if it was
// not sent. The first refusal ends the sending: a SIGCONT after a refused SIGTERM would succeed
// within the session.
bool Remainder::Tell(size_t index, int signal) {
  const Tree::Node& node = tree_.at(index);
  const pid_t pid = node.process.pid;
  if (IsLeft(index)) return false;
  const int sent = Send(index, signal);
  if (sent == -ESRCH) return false;
  if (sent == -EPERM) TellLeft(index, signal, EPERM);
  if (sent < 0) return false;
  if (signal == SIGTERM) Send(index, SIGCONT);
  if (signal == SIGKILL && !killed.Add(pid)) return true;
  Happening asked;
  asked.event = Event::kAsked;
  asked.pid = pid;
  asked.signal = signal;
  memcpy(asked.name, node.name, sizeof asked.name);
  Line line;
  AddSignal(&line.Add("sent "), signal);
  line.Add(" to ").Add(pid).Add(" (").Add(node.name).Add(")");
  report_->Tell(kInfo, asked, line);
  return true;
}

void Remainder::TellLeft(size_t index, int signal, int error) {
  const Tree::Node& node = tree_.at(index);
  any_left_ = true;
  left.Add(node.process.pid);
  Happening facts;
  facts.event = Event::kLeft;
  facts.pid = node.process.pid;
  memcpy(facts.name, node.name, sizeof facts.name);
  Line line;
  line.Add(node.process.pid).Add(" (").Add(node.name).Add(") is left running: kill ");
  AddSignal(&line, signal);
  line.Add(" (pid ").Add(node.process.pid).Add("): ").AddError(error);
  report_->Tell(kWarning, facts, line);
}

}  // namespace sexton::pid1
