#include <sys/wait.h>

#include <algorithm>

#include "node/addon.h"
#include "platform/process.h"
#include "wait/wait.h"

namespace sexton {
namespace {

int WaitOnce(idtype_t type, id_t id, int flags, WaitStatus* status) {
  if ((flags & WNOWAIT) != 0) return Peek(type, id, flags, status);
  return type == P_ALL ? TakeAny(type, id, flags, status) : Take(type, id, flags, status);
}

// wait(idType, id, flags, records: Float64Array): how many records it has written, or -errno. With
// P_ALL and without WNOWAIT it continues until the array is full or no other child has exited. A
// record may be a stop: see IsEnd().
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

// signalChild(pidfd, signal): sends a signal to a child that lives, 0 or -errno. 1 if it sends
// none, because wait() has something to tell first: the child is dead, or stopped for its tracer.
Napi::Value SignalChild(const Napi::CallbackInfo& info) {
  const int pidfd = IntArg(info, 0);
  WaitStatus status;
  const int result = Peek(kPidfdType, static_cast<id_t>(pidfd), 0, &status);
  if (result < 0 || status.pid != 0) return Result(info, 1);
  return Result(info, PidfdSend(pidfd, IntArg(info, 1)));
}

// takeStop(pid): the signal that has stopped a child, SIGCONT if it has continued, 0 if nothing is
// new, or -errno. Lets a child go on that has stopped for its tracer, which is not job control.
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

// letGo(pid): 1 if it has let a traced child, or a thread of one, go on; 0 if not; or -errno.
Napi::Value LetGoOn(const Napi::CallbackInfo& info) { return Result(info, LetGo(IntArg(info, 0))); }

void Release(Environment* state) {
  int pidfds[ExitSource::kBatch];
  const int taken = state->exits.ReleaseTaken(pidfds);
  for (int i = 0; i < taken; ++i) state->open_fds.Close(pidfds[i]);
}

void NoteExit(void* data, const Exit& exit) {
  auto* state = static_cast<Environment*>(data);
  const auto before = static_cast<int>(state->exit_tokens[0]++);
  state->exit_tokens[1 + before] = exit.token;
  WriteRecord(exit.status, state->exit_records + before * kRecordFields);
}

// Drains the source into the environment's arrays, and calls. A call from JavaScript that drains
// would cost as much as the drain. It allocates nothing, because that could fail in a worker that
// is being terminated, whose loop still turns although no JavaScript may run.
void OnReadable(void* data) {
  auto* state = static_cast<Environment*>(data);
  state->exit_tokens[0] = 0;
  state->exits.Drain(state->takes_exits, NoteExit, state);
  state->Call(state->on_exits);
  Release(state);  // the call may have failed
}

// releaseExits(): closes the descriptors of taken children, once all listeners have run.
Napi::Value ReleaseExits(const Napi::CallbackInfo& info) {
  Release(State(info));
  return info.Env().Undefined();
}

// openExitSource(onExits, tokens: Float64Array, records: Float64Array): 0 or -errno. Once per
// environment. Before each call of `onExits`, `tokens` gets how many processes have exited, and the
// token of each. `records` gets their statuses in the same order: pid 0 where none was taken.
Napi::Value OpenExitSource(const Napi::CallbackInfo& info) {
  Environment* state = State(info);
  const int opened = state->exits.Open();
  if (opened < 0) return Result(info, opened);
  state->on_exits = Napi::Persistent(info[0].As<Napi::Function>());
  // The references keep the memory, which does not move.
  for (size_t i = 0; i < 2; ++i)
    state->exit_arrays[i] = Napi::Persistent(info[1 + i].As<Napi::Object>());
  state->exit_tokens = info[1].As<Napi::Float64Array>().Data();
  state->exit_records = info[2].As<Napi::Float64Array>().Data();
  return Result(info, state->exits_poll.Start(state->loop, state->exits.fd(), OnReadable, state));
}

// takeExits(on): whether the statuses of owned children are taken when their exits are noticed. For
// the reaper alone.
Napi::Value TakeExits(const Napi::CallbackInfo& info) {
  State(info)->takes_exits = info[0].As<Napi::Boolean>().Value();
  return info.Env().Undefined();
}

// watchPidfd(pidfd, token, owned): 0 or -errno. `owned`: whether its status may be taken.
Napi::Value WatchPidfd(const Napi::CallbackInfo& info) {
  const bool owned = info[2].As<Napi::Boolean>().Value();
  return Result(info, State(info)->exits.Watch(IntArg(info, 0), UintArg(info, 1), owned));
}

Napi::Value UnwatchPidfd(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->exits.Unwatch(IntArg(info, 0)));
}

}  // namespace

void DefineWait(Napi::Object exports, Environment* state) {
  Define(exports, "wait", Wait, {kInt, kUint, kInt, Doubles(0)}, state);
  Define(exports, "signalChild", SignalChild, {kInt, kInt}, state);
  Define(exports, "takeStop", TakeStop, {kUint}, state);
  Define(exports, "letGo", LetGoOn, {kInt}, state);
  exports.Set("exitBatch", ExitSource::kBatch);
  const Parameter tokens = Doubles(1 + ExitSource::kBatch);
  const Parameter records = Doubles(ExitSource::kBatch * kRecordFields);
  Define(exports, "openExitSource", OpenExitSource, {kFunction, tokens, records}, state);
  Define(exports, "releaseExits", ReleaseExits, {}, state);
  Define(exports, "takeExits", TakeExits, {kBool}, state);
  Define(exports, "watchPidfd", WatchPidfd, {kInt, kUint, kBool}, state);
  Define(exports, "unwatchPidfd", UnwatchPidfd, {kInt}, state);
  exports.Set("waitFields", kRecordFields);
  exports.Set("onlyThisThread", kOnlyThisThread);
  exports.Set("peek", static_cast<int>(WNOWAIT));
}

}  // namespace sexton
