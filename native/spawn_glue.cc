#include <sys/resource.h>

#include <cerrno>
#include <cmath>

#include "args.h"
#include "glue.h"
#include "pipe.h"
#include "spawn.h"
#include "terminal.h"

extern char** environ;

namespace sexton {
namespace {

rlim_t LimitValue(double value) {
  return std::isinf(value) ? RLIM_INFINITY : static_cast<rlim_t>(value);
}

// [resource, soft, hard] after [resource, soft, hard] …
void ReadLimits(const Napi::Value& value, std::vector<ResourceLimit>* limits) {
  const auto numbers = value.As<Napi::Float64Array>();
  for (size_t i = 0; i + 2 < numbers.ElementLength(); i += 3) {
    limits->push_back(
        {static_cast<int>(numbers[i]), {LimitValue(numbers[i + 1]), LimitValue(numbers[i + 2])}});
  }
}

// argv for /bin/sh on a file that has no "#!" line: the shell, the file, the arguments after
// argv[0].
std::vector<char*> ShellArguments(const std::vector<char*>& argv) {
  static char shell[] = "/bin/sh";
  std::vector<char*> arguments = {shell, nullptr};
  for (size_t i = 1; i < argv.size(); ++i) arguments.push_back(argv[i]);
  if (argv.size() < 2) arguments.push_back(nullptr);
  return arguments;
}

void ReadIdentity(const Napi::Object& spec, SpawnPlan* plan) {
  plan->uid = IntegerOr(spec, "uid", -1);
  plan->gid = IntegerOr(spec, "gid", -1);
  plan->umask = IntegerOr(spec, "umask", -1);
  const Napi::Value groups = spec.Get("groups");
  if (!groups.IsTypedArray()) return;
  const auto ids = groups.As<Napi::Uint32Array>();
  plan->groups.assign(ids.Data(), ids.Data() + ids.ElementLength());
  plan->set_groups = true;
}

// spawn(spec): { pid, pidfd } or { errno, step }. The strings stay in the caller's buffers, which
// `spec` keeps alive for the length of this call; so does `environment`, the array over them.
Napi::Value SpawnProcess(const Napi::CallbackInfo& info) {
  const auto spec = info[0].As<Napi::Object>();
  SpawnPlan plan;
  plan.files = Strings(spec.Get("files"));
  plan.argv = Strings(spec.Get("argv"));
  plan.shell = ShellArguments(plan.argv);
  std::vector<char*> environment;
  const Napi::Value env = spec.Get("env");
  if (env.IsTypedArray()) environment = Strings(env);
  plan.env = env.IsTypedArray() ? environment.data() : environ;
  const Napi::Value cwd = spec.Get("cwd");
  std::vector<char*> directory;
  if (cwd.IsTypedArray()) directory = Strings(cwd);
  plan.cwd = directory.empty() ? nullptr : directory[0];
  const auto fds = spec.Get("fds").As<Napi::Int32Array>();
  plan.fds.assign(fds.Data(), fds.Data() + fds.ElementLength());
  plan.session = Flag(spec, "session");
  plan.foreground = Flag(spec, "foreground");
  plan.want_pidfd = Flag(spec, "pidfd");
  plan.process_group = IntegerOr(spec, "processGroup", -1);
  plan.death_signal = static_cast<int>(IntegerOr(spec, "deathSignal", 0));
  plan.cgroup_fd = static_cast<int>(IntegerOr(spec, "cgroupFd", -1));
  ReadLimits(spec.Get("rlimits"), &plan.limits);
  ReadIdentity(spec, &plan);

  const SpawnResult result = Spawn(&plan);
  auto object = Napi::Object::New(info.Env());
  object.Set("pid", static_cast<int>(result.pid));
  object.Set("pidfd", State(info)->open_fds.Add(result.pidfd));
  object.Set("errno", result.error);
  object.Set("step", SpawnStepName(result.step));
  return object;
}

// makePipe(ends: Int32Array): fills in [read, write]; 0 or -errno.
Napi::Value Pipe(const Napi::CallbackInfo& info) {
  auto ends = info[0].As<Napi::Int32Array>();
  UniqueFd read_end, write_end;
  const int made = MakePipe(&read_end, &write_end, 0);
  if (made < 0) return Result(info, made);
  ends[size_t{0}] = State(info)->open_fds.Add(read_end.Release());
  ends[size_t{1}] = State(info)->open_fds.Add(write_end.Release());
  return Result(info, 0);
}

// handOver(fd): a stream closes it from now on.
Napi::Value HandOver(const Napi::CallbackInfo& info) {
  State(info)->open_fds.Forget(IntArg(info, 0));
  return info.Env().Undefined();
}

Napi::Value Reclaim(const Napi::CallbackInfo& info) {
  return Result(info, ReclaimForeground(IntArg(info, 0)));
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
  Define(exports, "spawn", SpawnProcess, state);
  Define(exports, "makePipe", Pipe, state);
  Define(exports, "handOver", HandOver, state);
  Define(exports, "reclaimForeground", Reclaim, state);
  exports.Set("resources", ResourceNumbers(exports.Env()));
}

}  // namespace sexton
