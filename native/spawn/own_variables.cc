#include <unistd.h>

#include <cstring>

#include "spawn/child.h"
#include "spawn/child_calls.h"

namespace sexton {
namespace {

struct Known {
  const char* name;
  size_t room;  // digits, all zero, that lib/spawn/strings.ts leaves
  bool is_pidfd_id;
};
const Known kKnown[] = {
    {"LISTEN_PID=", 10, false},
    {"LISTEN_PIDFDID=", 20, true},
    {"SYSTEMD_EXEC_PID=", 10, false},
    {"WATCHDOG_PID=", 10, false},
};

// snprintf() is not async-signal-safe.
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

// The room for the number if the entry is this variable, otherwise null.
char* RoomIn(char* entry, const Known& known) {
  const size_t length = strlen(known.name);
  if (strncmp(entry, known.name, length) != 0) return nullptr;
  char* room = entry + length;
  return strspn(room, "0") == known.room && room[known.room] == '\0' ? room : nullptr;
}

// False if there is no number for the variable.
bool WriteEntry(char* entry) {
  for (const Known& known : kKnown) {
    char* room = RoomIn(entry, known);
    if (room == nullptr) continue;
    auto number = static_cast<uint64_t>(getpid());
    if (known.is_pidfd_id && !OwnPidfdId(&number)) return false;
    WriteNumber(number, room);
    return true;
  }
  return true;
}

}  // namespace

void WriteOwnVariables(char** env) {
  while (*env != nullptr) {
    if (WriteEntry(*env)) {
      ++env;
    } else {
      RemoveEntry(env);
    }
  }
}

}  // namespace sexton
