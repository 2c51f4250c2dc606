#include <algorithm>
#include <cerrno>
#include <cstring>

#include "keeper/ending.h"
#include "keeper/pid1/signals.h"
#include "keeper/pid1/supervisor.h"
#include "wait/wait.h"

// The statuses of all children: nobody else waits in this process.

namespace sexton::pid1 {

// Silently, each child takes one call. A name can be read until its status is taken.
bool Supervisor::Reap() {
  constexpr int kMost = 512;  // before signals are heard again
  Search search;
  any_children_ = true;
  for (int i = 0; i < kMost; ++i) {
    WaitStatus status;
    char name[16] = "";
    search.Begin();
    const int result = names_ ? TakeNamed(search, &status, name) : TakeSilently(search, &status);
    if (!search.Goes(status.pid)) {
      any_children_ = result != -ECHILD;
      Rest(search.has_walked_long());
      return more_to_reap_ = false;
    }
    if (IsEnd(status)) OnEnd(status, name);
  }
  Rest(search.has_walked_long());
  return more_to_reap_ = true;
}

// After a long walk this process rests, deaf to SIGCHLD alone. It would take the processor from the
// dying otherwise, and the more of them still live, the longer is each walk.
void Supervisor::Rest(bool has_walked_long) {
  constexpr uint64_t kLongest = 5;  // milliseconds: the command's own end may wait so long
  rest_ = has_walked_long ? std::min(2 * rest_ + 1, kLongest) : 0;
  rest_end_ = rest_ > 0 ? Now() + rest_ : 0;
}

// The status of a child that has exited. A child that has stopped for this process as its tracer
// goes on.
int Supervisor::TakeSilently(const Search& search, WaitStatus* status) const {
  const int result = WaitNow(search.type(), search.id(), 0, status);
  if (result == 0 && status->pid != 0 && !IsEnd(*status)) Detach(*status);
  return result;
}

int Supervisor::TakeNamed(const Search& search, WaitStatus* status, char name[16]) {
  const int result = PeekAny(search.type(), search.id(), 0, status);
  if (result < 0 || status->pid == 0) return result;
  const int cause = status->cause;
  if (IsEnd(*status)) {
    ProcessStat stat;
    if (proc_.ReadStat(status->pid, &stat)) memcpy(name, stat.name, sizeof stat.name);
    const bool parts = status->pid == command_.pid() && settings_.persona->farewell;
    if (parts) command_.SendToGroup(SIGTERM);
  }
  const int taken = WaitNow(P_PID, static_cast<id_t>(status->pid), 0, status);
  if (taken < 0 || status->pid == 0) return taken;
  if (cause == kThreadEnd) status->cause = kThreadEnd;
  if (cause != kThreadEnd && !IsEnd(*status)) Detach(*status);
  return 0;
}

void Supervisor::OnEnd(const WaitStatus& status, const char name[16]) {
  Remainder::Reaped(status.pid);
  if (observer_.Reaped(status.pid)) return;
  if (command_.is_running() && status.pid == command_.pid()) return OnCommandEnd(status);
  if (report_.Wants(level_of_reaped())) TellReaped(status, name);
}

void Supervisor::OnCommandEnd(const WaitStatus& status) {
  command_.Ended();
  force_ = kForever;
  const bool exited = status.cause == CLD_EXITED;
  const int code = exited ? status.status : 128 + status.status;
  const bool is_forgiven = (settings_.forgiven[code / 64 % 4] >> code % 64 & 1) != 0;
  exit_code_ = is_forgiven ? 0 : code;
  Happening ended;
  ended.event = Event::kExited;
  ended.pid = status.pid;
  ended.exit_code = exit_code_;
  WriteRecord(status, ended.record);
  Line line;
  line.Add(status.pid).Add(" ended: ");
  if (exited)
    line.Add("exit code ").Add(code);
  else
    AddSignal(&line, status.status);
  report_.Tell(kInfo, ended, line);
}

void Supervisor::TellReaped(const WaitStatus& status, const char name[16]) {
  Happening reaped;
  reaped.event = Event::kReaped;
  reaped.pid = status.pid;
  memcpy(reaped.name, name, sizeof reaped.name);
  WriteRecord(status, reaped.record);
  Line line;
  line.Add("reaped ").Add(status.pid).Add(" (").Add(name).Add("): ");
  if (status.cause == CLD_EXITED)
    line.Add("exit code ").Add(status.status);
  else
    AddSignal(&line, status.status);
  report_.Tell(level_of_reaped(), reaped, line);
}

}  // namespace sexton::pid1
