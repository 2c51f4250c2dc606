#include <cerrno>
#include <cstring>

#include "platform/process.h"
#include "spawn/calls.h"
#include "spawn/child.h"

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
    auto number = static_cast<uint64_t>(calls::OwnPid());
    if (known.is_pidfd_id && !OwnPidfdId(&number)) return false;
    WriteNumber(number, room);
    return true;
  }
  return true;
}

// Writes the child's pid, and the id of a pidfd, into the variables by which systemd names one
// process: LISTEN_PID and LISTEN_PIDFDID (sd_listen_fds(3)), WATCHDOG_PID (sd_watchdog_enabled(3)),
// SYSTEMD_EXEC_PID (systemd.exec(5)). lib/spawn/strings.ts leaves zeros as room for the number.
// Without pidfs it removes the variable for the id, because the parent's id would name the wrong
// process.
void WriteOwnVariables(char** env) {
  while (*env != nullptr) {
    if (WriteEntry(*env)) {
      ++env;
    } else {
      RemoveEntry(env);
    }
  }
}

// Tells whether execvp(3) tries the next directory of PATH: the file does not exist, or cannot be
// reached.
bool IsAbsent(int error) {
  return error == ENOENT || error == ENOTDIR || error == ESTALE || error == ENODEV ||
         error == ETIMEDOUT;
}

// Fills `slots` with the addresses of the strings of a section, and a null. Returns the place after
// them.
char** FillSlots(char** slots, SpawnPlan* plan, uint32_t strings, uint32_t bytes) {
  char* string = PlanPart<char>(plan, strings);
  char* const end = string + bytes;
  for (; string < end; string += strlen(string) + 1) *slots++ = string;
  *slots = nullptr;
  return slots + 1;
}

// Runs a file. One without a "#!" line goes to the shell if that is allowed: /bin/sh, the file, the
// arguments after argv[0]. The slot before argv has room for the shell's name. Returns the errno.
int ExecOrShell(char* file, char** argv, char** env, bool allows_shell) {
  const int error = -calls::Execute(file, argv, env);
  if (error != ENOEXEC || !allows_shell) return error;
  char shell[] = "/bin/sh";
  char* const name = argv[0];
  argv[-1] = shell;
  argv[0] = file;
  if (name == nullptr) argv[1] = nullptr;
  const int shell_error = -calls::Execute(shell, argv - 1, env);
  argv[0] = name;
  return shell_error;
}

}  // namespace

// Two slots more than strings and nulls: one for the shell's name before argv, and, if argv is
// empty, one for the file.
Strings StringsOf(const Birth& birth) {
  SpawnPlan* const plan = birth.plan;
  char** const argv = birth.pointers + 1;
  char** const env = FillSlots(argv, plan, plan->argv, plan->argv_bytes) + 1;
  FillSlots(env, plan, plan->env, plan->env_bytes);
  if (Has(*plan, kOwnVariables)) WriteOwnVariables(env);
  return {argv, env};
}

// Tries each file by execvp()'s rules. Missing: try the next. No permission: try the next, but
// remember. A path that is too long: try the next, because a directory of PATH may be. Any other
// error is the answer.
[[noreturn]] void Exec(Birth* birth, const Strings& strings) {
  SpawnPlan* plan = birth->plan;
  char* file = PlanPart<char>(plan, plan->files);
  char* const end = file + plan->file_bytes;
  int error = 0;
  for (; file < end; file += strlen(file) + 1) {
    const int failed = ExecOrShell(file, strings.argv, strings.env, !Has(*plan, kNoShell));
    if (failed == EACCES) {
      error = EACCES;
    } else if (IsAbsent(failed)) {
      if (error != EACCES) error = ENOENT;
    } else if (failed == ENAMETOOLONG) {
      if (error == 0) error = ENAMETOOLONG;
    } else {
      error = failed;
      break;
    }
  }
  Fail(birth, SpawnStep::kExec, error == 0 ? ENOENT : error);
}

}  // namespace sexton
