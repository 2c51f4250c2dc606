#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "args.h"
#include "glue.h"
#include "pipe.h"
#include "spawn.h"

extern char** environ;

namespace sexton {
namespace {

// To convert what the integer cannot hold is undefined: it becomes the nearest that it can.
template <typename Integer>
Integer Nearest(double value) {
  if (!(value > static_cast<double>(std::numeric_limits<Integer>::min()))) {
    return std::numeric_limits<Integer>::min();
  }
  // 2^31, 2^63 or 2^64: the first that is too large.
  const double end = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  return value < end ? static_cast<Integer>(value) : std::numeric_limits<Integer>::max();
}

rlim_t LimitValue(double value) {
  return std::isinf(value) ? RLIM_INFINITY : static_cast<rlim_t>(Nearest<uint64_t>(value));
}

// [resource, soft, hard] after [resource, soft, hard] …
void ReadLimits(const Napi::Value& value, std::vector<ResourceLimit>* limits) {
  const auto numbers = value.As<Napi::Float64Array>();
  for (size_t i = 0; i + 2 < numbers.ElementLength(); i += 3) {
    limits->push_back(
        {Nearest<int>(numbers[i]), {LimitValue(numbers[i + 1]), LimitValue(numbers[i + 2])}});
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

// The places in `numbers`; lib/spawn/spec.ts writes them in this order. NaN: not asked for.
// A set of signals is two numbers, as one cannot hold 64 bits.
enum Number {
  kUid,
  kGid,
  kUmask,
  kProcessGroup,
  kDeathSignal,
  kCgroupFd,
  kFlags,
  kIgnoredLow,
  kIgnoredHigh,
  kMaskLow,
  kMaskHigh,
  kNumbers,
};
enum Flags { kSession = 1, kForeground = 2, kPidfd = 4, kGroupsIfAllowed = 8, kListenPid = 16 };

constexpr size_t kPidRoom = 10;  // digits that lib/spawn/strings.ts leaves room for

// What a short array lacks was not asked for.
void CopyNumbers(const Napi::Value& value, double* numbers) {
  auto given = value.As<Napi::Float64Array>();
  std::fill(numbers, numbers + kNumbers, std::nan(""));
  std::copy_n(given.Data(), std::min<size_t>(given.ElementLength(), kNumbers), numbers);
}

int64_t NumberOr(const double* numbers, Number which, int64_t fallback) {
  return std::isnan(numbers[which]) ? fallback : Nearest<int64_t>(numbers[which]);
}

uint64_t SetOr(const double* numbers, Number low, uint64_t fallback) {
  if (std::isnan(numbers[low])) return fallback;
  return uint64_t{Nearest<uint32_t>(numbers[low + 1])} << 32 | Nearest<uint32_t>(numbers[low]);
}

void ReadNumbers(const double* numbers, SpawnPlan* plan) {
  plan->uid = NumberOr(numbers, kUid, -1);
  plan->gid = NumberOr(numbers, kGid, -1);
  plan->umask = NumberOr(numbers, kUmask, -1);
  plan->process_group = NumberOr(numbers, kProcessGroup, -1);
  plan->death_signal = static_cast<int>(NumberOr(numbers, kDeathSignal, 0));
  plan->cgroup_fd = static_cast<int>(NumberOr(numbers, kCgroupFd, -1));
  const int64_t flags = NumberOr(numbers, kFlags, 0);
  plan->session = (flags & kSession) != 0;
  plan->foreground = (flags & kForeground) != 0;
  plan->want_pidfd = (flags & kPidfd) != 0;
  plan->groups_if_allowed = (flags & kGroupsIfAllowed) != 0;
  plan->ignored = SetOr(numbers, kIgnoredLow, 0);
  plan->set_mask = !std::isnan(numbers[kMaskLow]);
  plan->mask = SetOr(numbers, kMaskLow, 0);
}

// Where systemd's LISTEN_PID is given, with room for a pid, the child writes its own into it.
void FindListenPid(const double* numbers, SpawnPlan* plan) {
  if ((NumberOr(numbers, kFlags, 0) & kListenPid) == 0) return;
  static constexpr char kName[] = "LISTEN_PID=";
  for (char** entry = plan->env; *entry != nullptr; ++entry) {
    const size_t length = strlen(*entry);
    if (strncmp(*entry, kName, sizeof kName - 1) == 0 && length >= kPidRoom + sizeof kName - 1) {
      plan->listen_pid = *entry + sizeof kName - 1;
    }
  }
}

void ReadGroups(const Napi::Value& value, SpawnPlan* plan) {
  if (!value.IsTypedArray()) return;
  auto ids = value.As<Napi::Uint32Array>();
  plan->groups.assign(ids.Data(), ids.Data() + ids.ElementLength());
  plan->set_groups = true;
}

// spawn(files, argv, env?, cwd?, fds, rlimits, groups?, numbers, result: Int32Array).
// `result` gets pid (0: none), pidfd, errno and step.
//
// Arrays alone, and one of them for the result: reading and making objects can fail in a worker
// that is being terminated, and after the clone nothing may fail. The strings stay in the caller's
// buffers.
Napi::Value SpawnProcess(const Napi::CallbackInfo& info) {
  SpawnPlan plan;
  plan.files = Strings(info[0]);
  plan.argv = Strings(info[1]);
  plan.shell = ShellArguments(plan.argv);
  std::vector<char*> environment, directory;
  if (info[2].IsTypedArray()) environment = Strings(info[2]);
  plan.env = environment.empty() ? environ : environment.data();
  if (info[3].IsTypedArray()) directory = Strings(info[3]);
  plan.cwd = directory.empty() ? nullptr : directory[0];
  auto fds = info[4].As<Napi::Int32Array>();
  plan.fds.assign(fds.Data(), fds.Data() + fds.ElementLength());
  ReadLimits(info[5], &plan.limits);
  ReadGroups(info[6], &plan);
  double numbers[kNumbers];
  CopyNumbers(info[7], numbers);
  ReadNumbers(numbers, &plan);
  FindListenPid(numbers, &plan);
  int32_t* out = info[8].As<Napi::Int32Array>().Data();

  const SpawnResult result = Spawn(&plan);
  out[0] = result.pid;
  out[1] = State(info)->open_fds.Add(result.pidfd);
  out[2] = result.error;
  out[3] = static_cast<int32_t>(result.step);
  return info.Env().Undefined();
}

// hasVariable(name): whether the C library's environment has it.
Napi::Value HasVariable(const Napi::CallbackInfo& info) {
  const std::vector<char*> name = Strings(info[0]);
  return Napi::Boolean::New(info.Env(), name[0] != nullptr && getenv(name[0]) != nullptr);
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
         {kBytes, kBytes, kOptionalBytes, kOptionalBytes, Ints(0), Doubles(0), kOptionalUints,
          Doubles(0), Ints(4)},
         state);
  Define(exports, "hasVariable", HasVariable, {kBytes}, state);
  Define(exports, "isOpen", IsOpen, {kInt}, state);
  Define(exports, "makePipe", Pipe, {Ints(2), kInt}, state);
  Define(exports, "handOver", HandOver, {kInt}, state);
  auto steps = Napi::Array::New(exports.Env());
  for (uint32_t i = 0; i <= static_cast<uint32_t>(SpawnStep::kExec); ++i) {
    steps.Set(i, SpawnStepName(static_cast<SpawnStep>(i)));
  }
  exports.Set("spawnSteps", steps);
  exports.Set("resources", ResourceNumbers(exports.Env()));
}

}  // namespace sexton
