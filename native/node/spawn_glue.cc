#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "node/args.h"
#include "node/glue.h"
#include "node/spawn_plan_glue.h"
#include "platform/environ_copy.h"
#include "platform/pipe.h"
#include "platform/retry.h"
#include "spawn/child_calls.h"

namespace sexton {
namespace {

// spawn(files, argv, env, cwd?, fds, rlimits, groups?, numbers, result: Int32Array).
// `result` gets pid (0: none), pidfd, errno and step.
// One array more for the result: making objects can fail in a worker that is being terminated, and
// after the clone nothing may fail.
Napi::Value SpawnProcess(const Napi::CallbackInfo& info) {
  SpawnArguments arguments(info);
  int32_t* out = info[8].As<Napi::Int32Array>().Data();

  const SpawnResult result = Spawn(arguments.plan());
  out[0] = result.pid;
  out[1] = State(info)->open_fds.Add(result.pidfd);
  out[2] = result.error;
  out[3] = static_cast<int32_t>(result.step);
  return info.Env().Undefined();
}

// copyEnvironment(room): how many bytes the C library's environment has, of which `room` gets as
// many as fit; n becomes -1 - n where a part of it could not be read. They may be torn: see
// environ_copy.h.
Napi::Value CopyEnvironment(const Napi::CallbackInfo& info) {
  std::vector<char> block;
  const bool whole = CopyEnviron(&block);
  auto room = info[0].As<Napi::Uint8Array>();
  std::copy_n(block.begin(), std::min(block.size(), room.ByteLength()), room.Data());
  const auto size = static_cast<int>(block.size());
  return Result(info, whole ? size : -1 - size);
}

// ownPidfdId(): a bigint, or undefined where the kernel has no pidfs.
Napi::Value OwnId(const Napi::CallbackInfo& info) {
  uint64_t id;
  if (!OwnPidfdId(&id)) return info.Env().Undefined();
  return Napi::BigInt::New(info.Env(), id);
}

// isOpen(fd)
Napi::Value IsOpen(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), fcntl(IntArg(info, 0), F_GETFD) != -1);
}

// makePipe(ends: Int32Array, ours: 0 | 1): fills in [read, write]; 0 or -errno. Our end does not
// block; the child's does, as most programs expect.
Napi::Value Pipe(const Napi::CallbackInfo& info) {
  auto ends = info[0].As<Napi::Int32Array>();
  UniqueFd read_end, write_end;
  const int made = MakePipe(&read_end, &write_end, 0);
  if (made < 0) return Result(info, made);
  const int ours = IntArg(info, 1) == 0 ? read_end.get() : write_end.get();
  if (fcntl(ours, F_SETFL, O_NONBLOCK) != 0) return Result(info, -errno);
  ends[size_t{0}] = State(info)->open_fds.Add(read_end.Release());
  ends[size_t{1}] = State(info)->open_fds.Add(write_end.Release());
  return Result(info, 0);
}

// hasReader(fd): whether any process holds the other end of a pipe that this one writes.
Napi::Value HasReader(const Napi::CallbackInfo& info) {
  struct pollfd pipe = {IntArg(info, 0), 0, 0};  // POLLERR and POLLHUP need not be asked for
  const long closed = Retry([&] { return poll(&pipe, 1, 0); });
  return Napi::Boolean::New(info.Env(), closed <= 0);
}

// handOver(fd): a stream closes it from now on.
Napi::Value HandOver(const Napi::CallbackInfo& info) {
  State(info)->open_fds.Forget(IntArg(info, 0));
  return info.Env().Undefined();
}

Napi::Object ResourceNumbers(Napi::Env env) {
  const struct {
    const char* name;
    int resource;
  } known[] = {
      {"as", RLIMIT_AS},         {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
      {"data", RLIMIT_DATA},     {"fsize", RLIMIT_FSIZE},       {"memlock", RLIMIT_MEMLOCK},
      {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
      {"stack", RLIMIT_STACK},
#ifdef RLIMIT_SIGPENDING
      {"locks", RLIMIT_LOCKS},   {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
      {"rtprio", RLIMIT_RTPRIO}, {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
#endif
  };
  auto numbers = Napi::Object::New(env);
  for (const auto& entry : known) numbers.Set(entry.name, entry.resource);
  return numbers;
}

}  // namespace

void DefineSpawn(Napi::Object exports, Environment* state) {
  Define(exports, "spawn", SpawnProcess,
         {kBytes, kBytes, kBytes, kOptionalBytes, Ints(0), Doubles(0), kOptionalUints, Doubles(0),
          Ints(4)},
         state);
  Define(exports, "copyEnvironment", CopyEnvironment, {kBytes}, state);
  Define(exports, "ownPidfdId", OwnId, {}, state);
  Define(exports, "isOpen", IsOpen, {kInt}, state);
  Define(exports, "makePipe", Pipe, {Ints(2), kInt}, state);
  Define(exports, "hasReader", HasReader, {kInt}, state);
  Define(exports, "handOver", HandOver, {kInt}, state);
  auto steps = Napi::Array::New(exports.Env());
  for (uint32_t i = 0; i <= static_cast<uint32_t>(SpawnStep::kExec); ++i) {
    steps.Set(i, SpawnStepName(static_cast<SpawnStep>(i)));
  }
  exports.Set("spawnSteps", steps);
  exports.Set("resources", ResourceNumbers(exports.Env()));
}

}  // namespace sexton
