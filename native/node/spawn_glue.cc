#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "node/addon.h"
#include "spawn/spawn.h"

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

struct Free {
  void operator()(void* block) const { free(block); }
};

// A copy of a plan: the caller's buffer may be shared with other threads, and the child writes to
// its plan. Null if there is no memory for it.
std::unique_ptr<void, Free> CopyOf(const Napi::Uint8Array& bytes) {
  std::unique_ptr<void, Free> copy(malloc(bytes.ByteLength() + 1));
  if (copy != nullptr) memcpy(copy.get(), bytes.Data(), bytes.ByteLength());
  return copy;
}

SpawnResult SpawnCopy(void* plan) {
  if (plan != nullptr) return Spawn(static_cast<SpawnPlan*>(plan));
  SpawnResult result;
  result.step = SpawnStep::kClone;
  result.error = ENOMEM;
  return result;
}

// spawn(plan: Uint8Array, result: Int32Array): starts the child of a plan, which lib/spawn/plan.ts
// writes. `result` gets pid (0: none), pidfd, errno and step. It is an array because making an
// object can fail in a worker that is being terminated, and after the clone nothing may fail.
Napi::Value SpawnProcess(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  int32_t* out = info[1].As<Napi::Int32Array>().Data();
  const auto plan = CopyOf(bytes);
  if (plan != nullptr && !IsWhole(plan.get(), bytes.ByteLength())) {
    Napi::TypeError::New(info.Env(), "the plan of a spawn is not whole")
        .ThrowAsJavaScriptException();
    return Napi::Value();
  }
  const bool outlives = plan != nullptr && Has(*static_cast<SpawnPlan*>(plan.get()), kOutlives);
  const SpawnResult result = SpawnCopy(plan.get());
  out[0] = result.pid;
  OpenFds& open_fds = State(info)->open_fds;
  out[1] = outlives ? open_fds.AddLate(result.pidfd) : open_fds.Add(result.pidfd);
  out[2] = result.error;
  out[3] = static_cast<int32_t>(result.step);
  return info.Env().Undefined();
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
  Define(exports, "spawn", SpawnProcess, {kBytes, Ints(4)}, state);
  exports.Set("spawnSteps", Steps(env));
  exports.Set("planWords", Words(env));
  exports.Set("planFlags", Flags(env));
  exports.Set("limitWords", LimitWords(env));
  exports.Set("resources", ResourceNumbers(env));
}

}  // namespace sexton
