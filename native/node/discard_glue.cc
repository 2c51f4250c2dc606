#include <sys/wait.h>

#include <algorithm>

#include "node/args.h"
#include "node/glue.h"
#include "wait/record.h"
#include "wait/stopwatch.h"
#include "wait/tracee.h"
#include "wait/wait.h"

namespace sexton {
namespace {

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

// The pids whose statuses someone waits for.
class Claims {
 public:
  explicit Claims(const Napi::Value& value) : pids_(value.As<Napi::Float64Array>()) {}

  size_t Count() const { return pids_.ElementLength(); }

  // Null if there is none. Writing 0 to it withdraws it.
  double* Find(double pid) {
    double* const end = pids_.Data() + pids_.ElementLength();
    double* const found = std::find(pids_.Data(), end, pid);
    return found == end ? nullptr : found;
  }

 private:
  Napi::Float64Array pids_;
};

// discard(claims: Float64Array, limits: Int32Array, records: Float64Array): reaps dead children of
// this thread, and keeps only what the claimed ones left, a record each, then one of pid 0: to make
// a status of each for no one would take longer than to reap it. A traced child that has stopped is
// let go on, and counts as one. How many it has reaped if no one else is dead; -1 less that number
// where a limit was reached.
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
    *claim = 0;  // the pid may come back at once, as an orphan's
    WriteRecord(status, record);
    record += kRecordFields;
  }
  *record = 0;
  return Result(info, all ? count : -1 - count);
}

// discardEach(claims: Float64Array, limits: Int32Array, pids: Float64Array, from): the same for
// those of `pids` from this index on that no one claims: without a search, but by a call for each
// that lives. Who is no child any more becomes 0. The index of the next where a limit was reached,
// or their number.
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
