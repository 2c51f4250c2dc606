#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "node/addon.h"
#include "platform/process.h"

namespace sexton {
namespace {

// kill(pid, signal): 0 or -errno. process.kill() takes realtime signals by number on some Node
// versions only, and throws errors of its own.
Napi::Value Kill(const Napi::CallbackInfo& info) {
  return Result(info, kill(IntArg(info, 0), IntArg(info, 1)) == 0 ? 0 : -errno);
}

// exitNow(code): exits without the work that Node and the C library do at an exit.
Napi::Value ExitNow(const Napi::CallbackInfo& info) { _exit(IntArg(info, 0)); }

// setDeathSignal(signal): sends this process a signal when the parent's thread dies; 0 or -errno.
Napi::Value DieWithParent(const Napi::CallbackInfo& info) {
  return Result(info, SetDeathSignal(IntArg(info, 0)) == 0 ? 0 : -errno);
}

// readClock(time: Float64Array): writes the seconds and nanoseconds since 1970.
Napi::Value ReadClock(const Napi::CallbackInfo& info) {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  double* time = info[0].As<Napi::Float64Array>().Data();
  time[0] = static_cast<double>(now.tv_sec);
  time[1] = static_cast<double>(now.tv_nsec);
  return info.Env().Undefined();
}

// foreignAddons(): how many other addons may have children of their own on the main thread. A
// second copy of this package counts too, because neither copy knows the other's children.
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

// copyEnvironment(room): copies the C library's environment, as many bytes as fit. How many bytes
// it has, or -1 less that number if a part could not be read. The copy may be torn: see
// EnvironCopy.
Napi::Value CopyEnvironment(const Napi::CallbackInfo& info) {
  EnvironCopy& copy = State(info)->environ_copy;
  const bool whole = copy.Make();
  const auto& block = copy.block();
  auto room = info[0].As<Napi::Uint8Array>();
  std::copy_n(block.begin(), std::min(block.size(), room.ByteLength()), room.Data());
  const auto size = static_cast<int>(block.size());
  return Result(info, whole ? size : -1 - size);
}

// environmentHolds(): true if the environment still is as copyEnvironment() has copied it last.
// False says nothing: not everything can be compared.
Napi::Value EnvironmentHolds(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), State(info)->environ_copy.StillHolds());
}

Napi::Value Open(const Napi::CallbackInfo& info) {
  return Result(info, State(info)->open_fds.Add(PidfdOpen(IntArg(info, 0))));
}

Napi::Value Send(const Napi::CallbackInfo& info) {
  return Result(info, PidfdSend(IntArg(info, 0), IntArg(info, 1)));
}

Napi::Value StateOf(const Napi::CallbackInfo& info) {
  return Result(info, PidfdState(IntArg(info, 0)));
}

// pidfdAwait(pidfd, milliseconds): blocks this thread.
Napi::Value Await(const Napi::CallbackInfo& info) {
  return Result(info, PidfdAwait(IntArg(info, 0), IntArg(info, 1)));
}

Napi::Value ExitStatusOf(const Napi::CallbackInfo& info) {
  return Result(info, PidfdExitStatus(IntArg(info, 0)));
}

// ownPidfdId(): a bigint, or undefined on a kernel without pidfs.
Napi::Value OwnId(const Napi::CallbackInfo& info) {
  uint64_t id;
  if (!OwnPidfdId(&id)) return info.Env().Undefined();
  return Napi::BigInt::New(info.Env(), id);
}

}  // namespace

void DefineProcess(Napi::Object exports, Environment* state) {
  Define(exports, "kill", Kill, {kInt, kInt}, state);
  Define(exports, "exitNow", ExitNow, {kInt}, state);
  Define(exports, "setDeathSignal", DieWithParent, {kInt}, state);
  Define(exports, "readClock", ReadClock, {Doubles(2)}, state);
  Define(exports, "foreignAddons", ForeignAddons, {}, state);
  Define(exports, "threadId", OwnThread, {}, state);
  Define(exports, "threadExists", HasThread, {kInt}, state);
  Define(exports, "setSubreaper", EnableSubreaper, {kBool}, state);
  Define(exports, "getSubreaper", SubreaperEnabled, {}, state);
  Define(exports, "copyEnvironment", CopyEnvironment, {kBytes}, state);
  Define(exports, "environmentHolds", EnvironmentHolds, {}, state);
  Define(exports, "pidfdOpen", Open, {kInt}, state);
  Define(exports, "pidfdSend", Send, {kInt, kInt}, state);
  Define(exports, "pidfdState", StateOf, {kInt}, state);
  Define(exports, "pidfdAwait", Await, {kInt, kInt}, state);
  Define(exports, "pidfdExitStatus", ExitStatusOf, {kInt}, state);
  Define(exports, "ownPidfdId", OwnId, {}, state);
}

}  // namespace sexton
