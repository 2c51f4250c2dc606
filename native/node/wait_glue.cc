#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "node/args.h"
#include "node/glue.h"
#include "platform/foreign_addons.h"
#include "platform/retry.h"
#include "platform/subreaper.h"
#include "platform/thread.h"
#include "signals/child_signal.h"
#include "spawn/child_calls.h"
#include "wait/record.h"
#include "wait/tracee.h"
#include "wait/wait.h"

namespace sexton {
namespace {

int WaitOnce(idtype_t type, id_t id, int flags, WaitStatus* status) {
  if ((flags & WNOWAIT) != 0) return Peek(type, id, flags, status);
  return type == P_ALL ? TakeAny(flags, status) : Take(type, id, flags, status);
}

// wait(idType, id, flags, records: Float64Array): how many records were filled in, or -errno. With
// P_ALL and without WNOWAIT it goes on until the array is full or no one else has died. A record
// need not be of an end: see IsEnd().
Napi::Value Wait(const Napi::CallbackInfo& info) {
  const auto type = static_cast<idtype_t>(IntArg(info, 0));
  const auto id = static_cast<id_t>(UintArg(info, 1));
  const int flags = IntArg(info, 2);
  auto records = info[3].As<Napi::Float64Array>();
  const bool many = type == P_ALL && (flags & WNOWAIT) == 0;
  const int places = static_cast<int>(records.ElementLength()) / kRecordFields;
  const int room = many ? places : std::min(places, 1);
  int count = 0;
  for (; count < room; ++count) {
    WaitStatus status;
    const int result = WaitOnce(type, id, flags, &status);
    if (result < 0 && count == 0) return Result(info, result);
    if (result < 0 || status.pid == 0) break;
    WriteRecord(status, records.Data() + count * kRecordFields);
  }
  return Result(info, count);
}

// kill(pid, signal): 0 or -errno. Not process.kill(), which knows no realtime signals by number on
// every Node version and throws errors of its own.
Napi::Value Kill(const Napi::CallbackInfo& info) {
  return Result(info, kill(IntArg(info, 0), IntArg(info, 1)) == 0 ? 0 : -errno);
}

// takeStop(pid): the signal that has stopped a child, SIGCONT if it goes on again, 0 if neither is
// new, or -errno. A child that has stopped for its tracer is let go on: that is no job control.
Napi::Value TakeStop(const Napi::CallbackInfo& info) {
  siginfo_t child = {};
  const auto pid = static_cast<id_t>(UintArg(info, 0));
  const long result =
      Retry([&] { return waitid(P_PID, pid, &child, WSTOPPED | WCONTINUED | WNOHANG); });
  if (result < 0) return Result(info, static_cast<int>(result));
  if (child.si_code != CLD_TRAPPED) return Result(info, child.si_status);
  WaitStatus stop;
  stop.pid = child.si_pid;
  stop.status = child.si_status;
  Detach(stop);
  return Result(info, 0);
}

// letGo(pid): 1 if a traced child, or a thread of one, was let go on; 0 if not; or -errno.
Napi::Value LetGoOn(const Napi::CallbackInfo& info) { return Result(info, LetGo(IntArg(info, 0))); }

// exitNow(code): without what Node and the C library do at the end.
Napi::Value ExitNow(const Napi::CallbackInfo& info) { _exit(IntArg(info, 0)); }

// setDeathSignal(signal): for this process itself, from this thread; 0 or -errno.
Napi::Value DieWithParent(const Napi::CallbackInfo& info) {
  return Result(info, SetDeathSignal(IntArg(info, 0)) == 0 ? 0 : -errno);
}

Napi::Value Repair(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), RepairChildSignal());
}

// foreignAddons(): how many others may have children of their own on the main thread; this one
// counts where two copies of the package have loaded it, neither of which knows the other's.
Napi::Value ForeignAddons(const Napi::CallbackInfo& info) {
  const int copies = Environment::LoadsOnMainThread();
  return Result(info, CountForeignAddons() + (copies > 1 ? copies - 1 : 0));
}

Napi::Value OwnThread(const Napi::CallbackInfo& info) { return Result(info, ThreadId()); }

Napi::Value HasThread(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), ThreadExists(IntArg(info, 0)));
}

Napi::Value EnableSubreaper(const Napi::CallbackInfo& info) {
  return Result(info, SetSubreaper(info[0].As<Napi::Boolean>().Value()));
}

Napi::Value SubreaperEnabled(const Napi::CallbackInfo& info) {
  return Result(info, GetSubreaper());
}

}  // namespace

void DefineWait(Napi::Object exports, Environment* state) {
  Define(exports, "wait", Wait, {kInt, kUint, kInt, Doubles(0)}, state);
  Define(exports, "kill", Kill, {kInt, kInt}, state);
  Define(exports, "takeStop", TakeStop, {kUint}, state);
  Define(exports, "letGo", LetGoOn, {kInt}, state);
  Define(exports, "exitNow", ExitNow, {kInt}, state);
  Define(exports, "setDeathSignal", DieWithParent, {kInt}, state);
  Define(exports, "repairChildSignal", Repair, {}, state);
  Define(exports, "foreignAddons", ForeignAddons, {}, state);
  Define(exports, "threadId", OwnThread, {}, state);
  Define(exports, "threadExists", HasThread, {kInt}, state);
  Define(exports, "setSubreaper", EnableSubreaper, {kBool}, state);
  Define(exports, "getSubreaper", SubreaperEnabled, {}, state);
  exports.Set("waitFields", kRecordFields);
  exports.Set("onlyThisThread", kOnlyThisThread);
  exports.Set("peek", static_cast<int>(WNOWAIT));
}

}  // namespace sexton
