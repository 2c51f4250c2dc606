#include "keeper/pid1/settings.h"

#include <algorithm>
#include <cstring>

#include "keeper/pid1/table.h"
#include "keeper/pid1/values.h"

namespace sexton::pid1 {
namespace {

const Persona kPersonas[] = {SEXTON_PID1_PERSONAS};

struct Alias {
  const char* name;
  int persona;
};
const Alias kAliases[] = {SEXTON_PID1_ALIASES};

bool IsSet(char* const* env, const char* name) { return ValueOf(env, name) != nullptr; }

bool Equals(char* const* env, const char* name, const char* wanted) {
  const char* const value = ValueOf(env, name);
  return value != nullptr && strcmp(value, wanted) == 0;
}

// The value "0" counts for dumb-init, and a set variable for tini, as they are documented.
Target TargetFrom(Target target, char* const* env) {
  if (target == kSessionOfChild && Equals(env, "DUMB_INIT_SETSID", "0")) return kChild;
  return target == kChild && IsSet(env, "TINI_KILL_PROCESS_GROUP") ? kGroup : target;
}

}  // namespace

const Persona* FindPersona(const char* name) {
  for (const Alias& alias : kAliases) {
    if (strcmp(alias.name, name) == 0) return &kPersonas[alias.persona];
  }
  return nullptr;
}

const char* ValueOf(char* const* env, const char* name) {
  const size_t length = strlen(name);
  for (; *env != nullptr; ++env) {
    if (strncmp(*env, name, length) == 0 && (*env)[length] == '=') return *env + length + 1;
  }
  return nullptr;
}

Settings DefaultSettings(const Persona& persona, char* const* env) {
  Settings settings = {};
  settings.persona = &persona;
  settings.subreaper = IsSet(env, "TINI_SUBREAPER");
  settings.target = TargetFrom(persona.target, env);
  memset(settings.rewrites, kNotRewritten, sizeof settings.rewrites);
  settings.ends_remainder = persona.ends_remainder;
  settings.grace = persona.grace;
  settings.kill_after = kForever;
  settings.uid = settings.gid = kUnchanged;
  settings.verbosity = kWarning;
  return settings;
}

int64_t VerbosityFrom(const Settings& settings, char* const* env) {
  const char* const tini = ValueOf(env, "TINI_VERBOSITY");
  uint64_t level = 0;
  if (tini != nullptr && ParseDigits(tini, strlen(tini), &level))
    return static_cast<int64_t>(std::min<uint64_t>(level, kTrace));
  const bool debugs = Equals(env, "DUMB_INIT_DEBUG", "1") || IsSet(env, "CATATONIT_DEBUG");
  return debugs ? std::max<int64_t>(settings.verbosity, kDebug) : settings.verbosity;
}

}  // namespace sexton::pid1
