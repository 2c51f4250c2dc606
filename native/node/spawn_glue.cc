#include <sys/resource.h>

#include <vector>

#include "node/glue.h"
#include "node/spawn_plan_glue.h"

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

Napi::Object ResourceNumbers(Napi::Env env) {
  auto numbers = Napi::Object::New(env);
  for (const auto& entry : kResources) numbers.Set(entry.name, entry.number);
  return numbers;
}

}  // namespace

void DefineSpawn(Napi::Object exports, Environment* state) {
  Define(exports, "spawn", SpawnProcess,
         {kBytes, kBytes, kBytes, kOptionalBytes, Ints(0), Doubles(0), kOptionalUints, Doubles(0),
          Ints(4)},
         state);
  auto steps = Napi::Array::New(exports.Env());
  for (uint32_t i = 0; i <= static_cast<uint32_t>(SpawnStep::kExec); ++i) {
    steps.Set(i, SpawnStepName(static_cast<SpawnStep>(i)));
  }
  exports.Set("spawnSteps", steps);
  exports.Set("resources", ResourceNumbers(exports.Env()));
}

}  // namespace sexton
