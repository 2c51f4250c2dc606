#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "node/addon.h"
#include "spawn/births.h"
#include "spawn/pipes.h"

namespace sexton {
namespace {

// The resources that setrlimit(2) knows here, by the names of the option `rlimits`.
const struct {
  const char* name;
  int number;
} kResources[] = {
    {"as", RLIMIT_AS},         {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},     {"fsize", RLIMIT_FSIZE},       {"memlock", RLIMIT_MEMLOCK},
    {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"stack", RLIMIT_STACK},
#ifdef RLIMIT_SIGPENDING
    {"locks", RLIMIT_LOCKS},   {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"rtprio", RLIMIT_RTPRIO}, {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
#endif
};

SpawnResult Failure(Room* room, SpawnStep step, int error) {
  if (room != nullptr) FreeRoom(room);
  SpawnResult result;
  result.step = step;
  result.error = error;
  return result;
}

// Makes the pipes of the plan, and then the child.
SpawnResult Start(Room* room, const Environment* state, ChildPipes* pipes, uint32_t* birth) {
  if (room == nullptr) return Failure(room, SpawnStep::kClone, ENOMEM);
  const int made = pipes->Make(PlanIn(room));
  if (made < 0) return Failure(room, SpawnStep::kPipe, -made);
  return SpawnIn(room, state, birth);
}

// spawn(plan: Uint8Array, result: Int32Array): starts the child of a plan, which lib/spawn/plan.ts
// writes. `result` gets pid (0: none), pidfd, errno, step, and the number of its birth (0: it is
// over). Where the plan asks for a pipe, its `fds` get this process's end. These are arrays because
// making an object can fail in a worker that is being terminated, and after the clone nothing may
// fail.
Napi::Value SpawnProcess(const Napi::CallbackInfo& info) {
  auto bytes = info[0].As<Napi::Uint8Array>();
  int32_t* out = info[1].As<Napi::Int32Array>().Data();
  Room* const room = NewRoom(bytes.Data(), bytes.ByteLength());
  if (room != nullptr && !IsWhole(PlanIn(room), bytes.ByteLength())) {
    FreeRoom(room);
    Napi::TypeError::New(info.Env(), "the plan of a spawn is not whole")
        .ThrowAsJavaScriptException();
    return Napi::Value();
  }
  const bool outlives = room != nullptr && Has(*PlanIn(room), kOutlives);
  const uint32_t fds = room == nullptr ? 0 : PlanIn(room)->fds;
  ChildPipes pipes;
  uint32_t birth = 0;
  const SpawnResult result = Start(room, State(info), &pipes, &birth);
  out[0] = result.pid;
  OpenFds& open_fds = State(info)->open_fds;
  if (result.pid > 0) {
    State(info)->environ_copy.OpenPipe();
    pipes.Release([&](uint32_t index, int fd) {
      const int32_t ours = open_fds.Add(fd);
      memcpy(bytes.Data() + fds + index * sizeof ours, &ours, sizeof ours);
    });
  }
  out[1] = outlives ? open_fds.AddLate(result.pidfd) : open_fds.Add(result.pidfd);
  out[2] = result.error;
  out[3] = static_cast<int32_t>(result.step);
  out[4] = static_cast<int32_t>(birth);
  return info.Env().Undefined();
}

void WriteReport(const SpawnReport& report, Napi::Int32Array out) {
  out[size_t{0}] = report.error;
  out[size_t{1}] = static_cast<int32_t>(report.step);
}

// birthState(birth, milliseconds, report: Int32Array): 0 under way, 1 over, 2 failed. Waits for the
// end of the birth, at most this time. `report` gets the errno and the step of a failure.
Napi::Value LookAtBirth(const Napi::CallbackInfo& info) {
  SpawnReport report;
  const BirthState state =
      StateOf(static_cast<uint32_t>(IntArg(info, 0)), State(info), IntArg(info, 1), &report);
  WriteReport(report, info[2].As<Napi::Int32Array>());
  return Result(info, static_cast<int32_t>(state));
}

// forgetBirth(birth, report: Int32Array): whether the birth of a dead child had failed.
Napi::Value Forget(const Napi::CallbackInfo& info) {
  SpawnReport report;
  const bool failed = ForgetBirth(static_cast<uint32_t>(IntArg(info, 0)), State(info), &report);
  WriteReport(report, info[1].As<Napi::Int32Array>());
  return Napi::Boolean::New(info.Env(), failed);
}

// awaitBirths(milliseconds): how many failed births of this environment are not forgotten. Waits
// for the births that are under way, for each at most this time.
Napi::Value AwaitAll(const Napi::CallbackInfo& info) {
  return Result(info, CountFailed(State(info), IntArg(info, 0)));
}

Napi::Object ResourceNumbers(Napi::Env env) {
  auto numbers = Napi::Object::New(env);
  for (const auto& entry : kResources) numbers.Set(entry.name, entry.number);
  return numbers;
}

Napi::Array Steps(Napi::Env env) {
  auto steps = Napi::Array::New(env);
  uint32_t step = 0;
#define SEXTON_STEP(name, call) steps.Set(step++, call);
  SEXTON_SPAWN_STEPS(SEXTON_STEP)
#undef SEXTON_STEP
  return steps;
}

// The places of a plan's words, by name.
Napi::Object Words(Napi::Env env) {
  auto words = Napi::Object::New(env);
  uint32_t place = 0;
#define SEXTON_WORD(type, name, key) words.Set(#key, place++);
  SEXTON_PLAN_WORDS(SEXTON_WORD)
#undef SEXTON_WORD
  return words;
}

// The places of a limit's words, by name.
Napi::Object LimitWords(Napi::Env env) {
  auto words = Napi::Object::New(env);
  uint32_t place = 0;
#define SEXTON_WORD(type, name, key) words.Set(#key, place++);
  SEXTON_PLAN_LIMIT(SEXTON_WORD)
#undef SEXTON_WORD
  return words;
}

// The values of a plan's flags, by name.
Napi::Object Flags(Napi::Env env) {
  auto flags = Napi::Object::New(env);
#define SEXTON_FLAG(name, key, value) flags.Set(#key, static_cast<uint32_t>(name));
  SEXTON_PLAN_FLAGS(SEXTON_FLAG)
#undef SEXTON_FLAG
  return flags;
}

}  // namespace

void DefineSpawn(Napi::Object exports, Environment* state) {
  const Napi::Env env = exports.Env();
  Define(exports, "spawn", SpawnProcess, {kBytes, Ints(5)}, state);
  Define(exports, "birthState", LookAtBirth, {kInt, kInt, Ints(2)}, state);
  Define(exports, "forgetBirth", Forget, {kInt, Ints(2)}, state);
  Define(exports, "awaitBirths", AwaitAll, {kInt}, state);
  exports.Set("spawnSteps", Steps(env));
  exports.Set("planWords", Words(env));
  exports.Set("planFlags", Flags(env));
  exports.Set("limitWords", LimitWords(env));
  exports.Set("resources", ResourceNumbers(env));
}

}  // namespace sexton
