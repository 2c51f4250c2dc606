#include "wait/wait.h"

#include "wait/tracee.h"

namespace sexton {
namespace {

bool IsNobody(int result, const WaitStatus& status) { return result < 0 || status.pid == 0; }

}  // namespace

bool IsEnd(const WaitStatus& status) {
  return status.cause == CLD_EXITED || status.cause == CLD_KILLED || status.cause == CLD_DUMPED;
}

int Peek(idtype_t type, id_t id, int flags, WaitStatus* out) {
  const int result = WaitNow(type, id, flags | WNOWAIT, out);
  if (IsNobody(result, *out)) return result;
  if (type == P_ALL && IsEnd(*out) && IsThread(out->pid)) out->cause = kThreadEnd;
  return 0;
}

// A wait that takes takes stops too, which may be for another thread that traces the child.
int Take(idtype_t type, id_t id, int flags, WaitStatus* out) {
  const int result = WaitNow(type, id, flags | WNOWAIT, out);
  if (IsNobody(result, *out) || !IsEnd(*out)) return result;
  return WaitNow(type, id, flags, out);
}

int TakeAny(int flags, WaitStatus* out) {
  const int result = Peek(P_ALL, 0, flags, out);
  if (IsNobody(result, *out)) return result;
  const int cause = out->cause;
  const int taken = WaitNow(P_PID, static_cast<id_t>(out->pid), flags, out);
  if (IsNobody(taken, *out)) return taken;
  if (cause == kThreadEnd) out->cause = kThreadEnd;
  if (!IsEnd(*out) && out->cause != kThreadEnd) Detach(*out);
  return 0;
}

int LetGo(pid_t pid) {
  WaitStatus status;
  const int result = WaitNow(P_PID, static_cast<id_t>(pid), kOnlyThisThread | WNOWAIT, &status);
  if (IsNobody(result, status)) return result;
  if (!IsEnd(status)) {
    const int detached = Detach(status);
    return detached < 0 ? detached : 1;
  }
  if (!IsThread(pid)) return 0;
  const int taken = WaitNow(P_PID, static_cast<id_t>(pid), kOnlyThisThread, &status);
  return taken < 0 ? taken : 1;
}

}  // namespace sexton
