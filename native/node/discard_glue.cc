#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <cstdint>

#include "node/addon.h"
#include "wait/wait.h"

namespace sexton {
namespace {

// Measures how long this thread has run. Time in which other threads had the processor does not
// count. Reading that clock takes a system call, so the monotonic clock, which takes none, is read
// first.
class Stopwatch {
 public:
  bool Exceeds(int64_t nanoseconds) const {
    return Now(CLOCK_MONOTONIC) - begun_ > nanoseconds &&
           Now(CLOCK_THREAD_CPUTIME_ID) - used_ > nanoseconds;
  }

 private:
  static int64_t Now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
  }

  const int64_t begun_ = Now(CLOCK_MONOTONIC);
  const int64_t used_ = Now(CLOCK_THREAD_CPUTIME_ID);
};

// The limits of one call, from [most, total, each]: how many children it may reap, and how many
// nanoseconds it may run, in all and for each child.
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

// The pids whose statuses someone waits for.
class Claims {
 public:
  explicit Claims(const Napi::Value& value) : pids_(value.As<Napi::Float64Array>()) {}

  size_t Count() const { return pids_.ElementLength(); }

  // Null if nobody claims the pid. Writing 0 to the place withdraws the claim.
  double* Find(double pid) {
    double* const end = pids_.Data() + pids_.ElementLength();
    double* const found = std::find(pids_.Data(), end, pid);
    return found == end ? nullptr : found;
  }

 private:
  Napi::Float64Array pids_;
};

// discard(claims: Float64Array, limits: Int32Array, records: Float64Array): reaps dead children of
// this thread. It writes a record for each claimed child only, then one with pid 0: making a status
// that nobody reads would take longer than reaping. Lets a traced child that has stopped go on, and
// counts it. How many children it has reaped if no other is dead; -1 less that number if it has
// reached a limit.
Napi::Value Discard(const Napi::CallbackInfo& info) {
  Claims claims(info[0]);
  const Limits limits(info[1]);
  auto records = info[2].As<Napi::Float64Array>();
  if (records.ElementLength() / kRecordFields <= claims.Count()) {
    Napi::TypeError::New(info.Env(), "no room for a record of each claim")
        .ThrowAsJavaScriptException();
    return Napi::Value();
  }
  double* record = records.Data();
  int count = 0;
  bool all = false;
  while (!limits.Reached(count)) {
    WaitStatus status;
    all = WaitNow(P_ALL, 0, kOnlyThisThread, &status) < 0 || status.pid == 0;
    if (all) break;
    ++count;
    if (!IsEnd(status)) {
      Detach(status);
      continue;
    }
    double* const claim = claims.Find(status.pid);
    if (claim == nullptr) continue;
    *claim = 0;  // an orphan may get the same pid at once
    WriteRecord(status, record);
    record += kRecordFields;
  }
  *record = 0;
  return Result(info, all ? count : -1 - count);
}

// discardEach(claims: Float64Array, limits: Int32Array, pids: Float64Array, from): reaps the given
// pids one by one from index `from`, without those that somebody claims. The kernel need not
// search, but each living child costs a call. A pid that is no longer a child becomes 0. The index
// to resume at if it has reached a limit, otherwise the number of pids.
Napi::Value DiscardEach(const Napi::CallbackInfo& info) {
  Claims claims(info[0]);
  const Limits limits(info[1]);
  auto pids = info[2].As<Napi::Float64Array>();
  double* const pid = pids.Data();
  const int length = static_cast<int>(pids.ElementLength());
  int count = 0;
  int i = static_cast<int>(std::min<uint32_t>(UintArg(info, 3), length));
  for (; i < length && !limits.Reached(count); ++i) {
    if (pid[i] == 0 || claims.Find(pid[i]) != nullptr) continue;
    WaitStatus status;
    const int result = WaitNow(P_PID, static_cast<id_t>(pid[i]), kOnlyThisThread, &status);
    if (result == 0 && status.pid == 0) continue;
    if (result == 0 && !IsEnd(status)) {
      Detach(status);
      continue;
    }
    pid[i] = 0;
    ++count;
  }
  return Result(info, i);
}

}  // namespace

void DefineDiscard(Napi::Object exports, Environment* state) {
  const Parameter claims = Doubles(0);
  const Parameter limits = Ints(3);
  Define(exports, "discard", Discard, {claims, limits, Doubles(kRecordFields)}, state);
  Define(exports, "discardEach", DiscardEach, {claims, limits, Doubles(0), kUint}, state);
}

}  // namespace sexton
