#include "wait/wait.h"

#include <algorithm>

namespace sexton {
namespace {

bool IsNobody(int result, const WaitStatus& status) { return result < 0 || status.pid == 0; }

double Microseconds(const struct timeval& time) { return time.tv_sec * 1e6 + time.tv_usec; }

}  // namespace

bool IsEnd(const WaitStatus& status) {
  return status.cause == CLD_EXITED || status.cause == CLD_KILLED || status.cause == CLD_DUMPED;
}

int Peek(idtype_t type, id_t id, int flags, WaitStatus* out) {
  if (type == P_ALL) return PeekAny(type, id, flags, out);
  return WaitNow(type, id, flags | WNOWAIT, out);
}

int PeekAny(idtype_t type, id_t id, int flags, WaitStatus* out) {
  const int result = WaitNow(type, id, flags | WNOWAIT, out);
  if (IsNobody(result, *out)) return result;
  if (IsEnd(*out) && IsThread(out->pid)) out->cause = kThreadEnd;
  return 0;
}

// Peeks first: a wait without WNOWAIT would also take a stop, which another thread may wait for as
// the child's tracer.
int Take(idtype_t type, id_t id, int flags, WaitStatus* out) {
  const int result = WaitNow(type, id, flags | WNOWAIT, out);
  if (IsNobody(result, *out) || !IsEnd(*out)) return result;
  return WaitNow(type, id, flags, out);
}

int TakeAny(idtype_t type, id_t id, int flags, WaitStatus* out) {
  const int result = PeekAny(type, id, flags, out);
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

void WriteRecord(const WaitStatus& status, double* record) {
  const struct rusage& usage = status.usage;
  const double fields[kRecordFields] = {
      static_cast<double>(status.pid),       static_cast<double>(status.cause),
      static_cast<double>(status.status),    Microseconds(usage.ru_utime),
      Microseconds(usage.ru_stime),          static_cast<double>(usage.ru_maxrss),
      static_cast<double>(usage.ru_minflt),  static_cast<double>(usage.ru_majflt),
      static_cast<double>(usage.ru_inblock), static_cast<double>(usage.ru_oublock),
      static_cast<double>(usage.ru_nvcsw),   static_cast<double>(usage.ru_nivcsw),
  };
  std::copy(fields, fields + kRecordFields, record);
}

}  // namespace sexton
