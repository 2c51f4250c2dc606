#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "args.h"
#include "child_signal.h"
#include "foreign_addons.h"
#include "glue.h"
#include "retry.h"
#include "stopwatch.h"
#include "subreaper.h"
#include "wait_status.h"

namespace sexton {
namespace {

constexpr int kFields = 12;  // of one record; lib/exit-status.ts reads them in this order

double Microseconds(const struct timeval& time) { return time.tv_sec * 1e6 + time.tv_usec; }

void Write(const WaitStatus& status, double* record) {
  const struct rusage& usage = status.usage;
  const double fields[kFields] = {
      static_cast<double>(status.pid),       static_cast<double>(status.cause),
      static_cast<double>(status.status),    Microseconds(usage.ru_utime),
      Microseconds(usage.ru_stime),          static_cast<double>(usage.ru_maxrss),
      static_cast<double>(usage.ru_minflt),  static_cast<double>(usage.ru_majflt),
      static_cast<double>(usage.ru_inblock), static_cast<double>(usage.ru_oublock),
      static_cast<double>(usage.ru_nvcsw),   static_cast<double>(usage.ru_nivcsw),
  };
  std::copy(fields, fields + kFields, record);
}

// wait(idType, id, flags, records: Float64Array): how many records were filled in, or -errno. With
// P_ALL and without WNOWAIT it goes on until the array is full or no one else has died.
Napi::Value Wait(const Napi::CallbackInfo& info) {
  const auto type = static_cast<idtype_t>(IntArg(info, 0));
  const auto id = static_cast<id_t>(info[1].As<Napi::Number>().Uint32Value());
  const int flags = IntArg(info, 2);
  auto records = info[3].As<Napi::Float64Array>();
  const bool many = type == P_ALL && (flags & WNOWAIT) == 0;
  const int room = many ? static_cast<int>(records.ElementLength()) / kFields : 1;
  int count = 0;
  for (; count < room; ++count) {
    WaitStatus status;
    const int result = WaitNow(type, id, flags, &status);
    if (result < 0 && count == 0) return Result(info, result);
    if (result < 0 || status.pid == 0) break;
    Write(status, records.Data() + count * kFields);
  }
  return Result(info, count);
}

// How many one call may reap, and how long it may run, in nanoseconds: together, and for each.
class Limits {
 public:
  explicit Limits(const Napi::Value& value) : limits_(value.As<Napi::Int32Array>().Data()) {}

  bool Reached(int count) const {
    return count >= limits_[0] || stopwatch_.Exceeds(limits_[1] + int64_t{count} * limits_[2]);
  }

 private:
  const int32_t* const limits_;
  const Stopwatch stopwatch_;
};

// discard(claimed: Float64Array, records: Float64Array, limits: Int32Array): reaps dead children of
// this thread, and keeps only what those in `claimed` left, a record each, then one of pid 0: to
// make a status of each for no one would take longer than to reap it. How many it has reaped if no
// one else is dead; -1 less that number where a limit was reached.
Napi::Value Discard(const Napi::CallbackInfo& info) {
  auto claimed = info[0].As<Napi::Float64Array>();
  double* const first = claimed.Data();
  double* const last = first + claimed.ElementLength();
  double* record = info[1].As<Napi::Float64Array>().Data();
  const Limits limits(info[2]);
  int count = 0;
  bool all = false;
  while (!limits.Reached(count)) {
    WaitStatus status;
    all = WaitNow(P_ALL, 0, kOnlyThisThread, &status) < 0 || status.pid == 0;
    if (all) break;
    ++count;
    double* const claim = std::find(first, last, static_cast<double>(status.pid));
    if (claim == last) continue;
    *claim = 0;  // the pid may come back at once, as an orphan's
    Write(status, record);
    record += kFields;
  }
  *record = 0;
  return Result(info, all ? count : -1 - count);
}

// discardEach(pids: Float64Array, from, limits: Int32Array): the same for those pids from this
// index on, without a search, but a call for each that lives. Who is no child any more becomes 0.
// The index of the next, where a limit was reached, or their number.
Napi::Value DiscardEach(const Napi::CallbackInfo& info) {
  auto pids = info[0].As<Napi::Float64Array>();
  double* const pid = pids.Data();
  const int length = static_cast<int>(pids.ElementLength());
  const Limits limits(info[2]);
  int count = 0;
  int i = IntArg(info, 1);
  for (; i < length && !limits.Reached(count); ++i) {
    if (pid[i] == 0) continue;
    WaitStatus status;
    const int result = WaitNow(P_PID, static_cast<id_t>(pid[i]), kOnlyThisThread, &status);
    if (result == 0 && status.pid == 0) continue;
    pid[i] = 0;
    ++count;
  }
  return Result(info, i);
}

// kill(pid, signal): 0 or -errno. Not process.kill(), which knows no realtime signals by number on
// every Node version and throws errors of its own.
Napi::Value Kill(const Napi::CallbackInfo& info) {
  return Result(info, kill(IntArg(info, 0), IntArg(info, 1)) == 0 ? 0 : -errno);
}

// takeStop(pid): the signal that has stopped a child, SIGCONT if it goes on again, 0 if neither is
// new, or -errno.
Napi::Value TakeStop(const Napi::CallbackInfo& info) {
  siginfo_t child = {};
  const auto pid = static_cast<id_t>(info[0].As<Napi::Number>().Uint32Value());
  const long result =
      Retry([&] { return waitid(P_PID, pid, &child, WSTOPPED | WCONTINUED | WNOHANG); });
  return Result(info, result < 0 ? static_cast<int>(result) : child.si_status);
}

Napi::Value Repair(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), RepairChildSignal());
}

Napi::Value ForeignAddons(const Napi::CallbackInfo& info) {
  return Result(info, CountForeignAddons());
}

Napi::Value EnableSubreaper(const Napi::CallbackInfo& info) {
  return Result(info, SetSubreaper(info[0].As<Napi::Boolean>().Value()));
}

Napi::Value SubreaperEnabled(const Napi::CallbackInfo& info) {
  return Result(info, GetSubreaper());
}

}  // namespace

void DefineWait(Napi::Object exports, Environment* state) {
  Define(exports, "wait", Wait, state);
  Define(exports, "discard", Discard, state);
  Define(exports, "discardEach", DiscardEach, state);
  Define(exports, "kill", Kill, state);
  Define(exports, "takeStop", TakeStop, state);
  Define(exports, "repairChildSignal", Repair, state);
  Define(exports, "foreignAddons", ForeignAddons, state);
  Define(exports, "setSubreaper", EnableSubreaper, state);
  Define(exports, "getSubreaper", SubreaperEnabled, state);
  exports.Set("waitFields", kFields);
  exports.Set("onlyThisThread", kOnlyThisThread);
  exports.Set("peek", static_cast<int>(WNOWAIT));
}

}  // namespace sexton
