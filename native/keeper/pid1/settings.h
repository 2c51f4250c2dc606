#ifndef SEXTON_KEEPER_PID1_SETTINGS_H_
#define SEXTON_KEEPER_PID1_SETTINGS_H_

#include <cstdint>

#include "keeper/pid1/world.h"
#include "keeper/settings.h"

namespace sexton::pid1 {

// Whom a signal for the command reaches: the command, its process group, or its session.
enum Target : uint8_t { kChild, kGroup, kSessionOfChild };

// The levels of messages. Each takes one more -v.
enum Level : int { kFatal, kWarning, kInfo, kDebug, kTrace };

// The init whose place it takes, with the defaults in which the inits differ. table.h has the list,
// of which lib/cli/pid1/persona.ts tells the meaning.
struct Persona {
  const char* name;
  Target target;
  bool ends_remainder;
  uint64_t grace;  // milliseconds
  bool farewell;
  bool adopts;
  bool warns_when_plain;
  uint64_t swallows;  // a set of signals
  int exits[3];       // for a command that is missing, not permitted, or fails otherwise
};

// The persona of a name, or null.
const Persona* FindPersona(const char* name);

constexpr int kNotRewritten = -1;

// The exit code of a pid1 that fails to start, under every name.
constexpr int kCannotRun = 126;

struct Settings {
  const Persona* persona;
  bool subreaper;
  Target target;
  bool rewrites_any;
  int8_t rewrites[65];     // by signal: the signal to send, 0 to drop it, or kNotRewritten
  uint64_t forgiven[4];    // bits by exit code
  int parent_death;        // a signal, or 0
  int child_death;         // likewise
  bool ends_remainder;     // or it leaves the processes alone that the command leaves behind
  uint64_t grace;          // milliseconds from TERM to KILL for them
  uint64_t kill_after;     // milliseconds, or kForever
  bool pause;              // no command
  const char* workdir;     // or null
  const char** variables;  // NAME=value each; the last of a name counts
  int variable_count;
  int32_t uid, gid;   // or kUnchanged
  int64_t verbosity;  // a Level, or more
  bool warn_on_reap;
};

// The settings before any option.
Settings DefaultSettings(const Persona& persona, char* const* env);

// The level after all options: the variables of other inits may raise it, or say another one.
int64_t VerbosityFrom(const Settings& settings, char* const* env);

// The value of a variable, or null.
const char* ValueOf(char* const* env, const char* name);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_SETTINGS_H_
