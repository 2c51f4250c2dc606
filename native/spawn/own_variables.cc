#include "spawn/own_variables.h"

#include <unistd.h>

#include <cstring>

#include "spawn/child_calls.h"

namespace sexton {
namespace {

const struct {
  const char* name;
  size_t room;  // digits, all zero, which lib/spawn/strings.ts leaves
  bool is_pidfd_id;
} kKnown[] = {
    {"LISTEN_PID=", 10, false},
    {"LISTEN_PIDFDID=", 20, true},
    {"SYSTEMD_EXEC_PID=", 10, false},
    {"WATCHDOG_PID=", 10, false},
};

// snprintf() is not safe here.
void WriteNumber(uint64_t number, char* out) {
  char digits[20];
  int count = 0;
  for (; number > 0; number /= 10) digits[count++] = static_cast<char>('0' + number % 10);
  while (count > 0) *out++ = digits[--count];
  *out = '\0';
}

void RemoveEntry(char** entry) {
  for (; *entry != nullptr; ++entry) entry[0] = entry[1];
}

}  // namespace

void FindOwnVariables(SpawnPlan* plan) {
  for (size_t i = 0; plan->env[i] != nullptr; ++i) {
    for (const auto& known : kKnown) {
      const size_t length = strlen(known.name);
      if (strncmp(plan->env[i], known.name, length) != 0) continue;
      char* value = plan->env[i] + length;
      if (strspn(value, "0") != known.room || value[known.room] != '\0') continue;
      plan->own_variables.push_back({i, value, known.is_pidfd_id});
    }
  }
}

// From the last to the first, because a removal shifts the entries after it.
void WriteOwnVariables(SpawnPlan* plan) {
  for (size_t i = plan->own_variables.size(); i-- > 0;) {
    const OwnVariable& variable = plan->own_variables[i];
    auto number = static_cast<uint64_t>(getpid());
    if (variable.is_pidfd_id && !OwnPidfdId(&number)) {
      RemoveEntry(plan->env + variable.entry);
    } else {
      WriteNumber(number, variable.value);
    }
  }
}

}  // namespace sexton
