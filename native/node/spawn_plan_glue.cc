#include "node/spawn_plan_glue.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "node/glue.h"
#include "spawn/own_variables.h"

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
enum Flags { kSession = 1, kForeground = 2, kPidfd = 4, kGroupsIfAllowed = 8, kOwnVariable = 16 };

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

void ReadGroups(const Napi::Value& value, SpawnPlan* plan) {
  if (!value.IsTypedArray()) return;
  auto ids = value.As<Napi::Uint32Array>();
  plan->groups.assign(ids.Data(), ids.Data() + ids.ElementLength());
  plan->set_groups = true;
}

}  // namespace

SpawnArguments::SpawnArguments(const Napi::CallbackInfo& info) {
  plan_.files = Strings(info[0]);
  plan_.argv = Strings(info[1]);
  plan_.shell = ShellArguments(plan_.argv);
  environment_ = Strings(info[2]);
  plan_.env = environment_.data();
  if (info[3].IsTypedArray()) directory_ = Strings(info[3]);
  plan_.cwd = directory_.empty() ? nullptr : directory_[0];
  auto fds = info[4].As<Napi::Int32Array>();
  plan_.fds.assign(fds.Data(), fds.Data() + fds.ElementLength());
  ReadLimits(info[5], &plan_.limits);
  ReadGroups(info[6], &plan_);
  double numbers[kNumbers];
  CopyNumbers(info[7], numbers);
  ReadNumbers(numbers, &plan_);
  if ((NumberOr(numbers, kFlags, 0) & kOwnVariable) != 0) FindOwnVariables(&plan_);
}

}  // namespace sexton
