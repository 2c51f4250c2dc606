#include "keeper/pid1/arguments.h"

#include <cstdlib>
#include <cstring>

#include "keeper/pid1/signals.h"
#include "keeper/pid1/table.h"
#include "keeper/pid1/values.h"

namespace sexton::pid1 {
namespace {

#define SEXTON_OPTION(option, letter, name, takes_value) option,
enum class Option { SEXTON_PID1_OPTIONS(SEXTON_OPTION) };
#undef SEXTON_OPTION

struct Row {
  Option option;
  char letter;  // or 0
  const char* name;
  bool takes_value;
};
#define SEXTON_ROW(option, letter, name, takes_value) {Option::option, letter, name, takes_value},
const Row kRows[] = {SEXTON_PID1_OPTIONS(SEXTON_ROW)};
#undef SEXTON_ROW

bool AddVariable(Settings* settings, const char* value, int room) {
  const char* const equals = strchr(value, '=');
  if (equals == nullptr || equals == value) return false;
  if (settings->variables == nullptr)
    settings->variables = static_cast<const char**>(malloc(room * sizeof(char*)));
  if (settings->variables == nullptr) return false;
  settings->variables[settings->variable_count++] = value;
  return true;
}

bool SetSignal(int* signal, const char* value) {
  *signal = ParseSignal(value, strlen(value));
  return *signal > 0;
}

bool SetRewrite(Settings* settings, const char* value) {
  int from = 0;
  int to = 0;
  if (!ParseRewrite(value, &from, &to)) return false;
  settings->rewrites_any = true;
  settings->rewrites[from] = static_cast<int8_t>(to);
  return true;
}

bool SetGrace(Settings* settings, const char* value) {
  settings->ends_remainder = strcmp(value, "none") != 0;
  return !settings->ends_remainder || ParseDuration(value, &settings->grace);
}

// Applies an option. `room` is at least the number of options. --compat has been applied before all
// others.
bool Apply(Settings* settings, Option option, const char* value, int room) {
  switch (option) {
    case Option::kSubreaper:
      return settings->subreaper = true;
    case Option::kWarnOnReap:
      return settings->warn_on_reap = true;
    case Option::kPause:
      return settings->pause = true;
    case Option::kSingleChild:
      return settings->target = kChild, true;
    case Option::kGroup:
      return settings->target = kGroup, true;
    case Option::kSession:
      return settings->target = kSessionOfChild, true;
    case Option::kRewrite:
      return SetRewrite(settings, value);
    case Option::kParentDeathSignal:
      return SetSignal(&settings->parent_death, value);
    case Option::kChildDeathSignal:
      return SetSignal(&settings->child_death, value);
    case Option::kRemapExit:
      return ParseExitCodes(value, settings->forgiven);
    case Option::kGrace:
      return SetGrace(settings, value);
    case Option::kKillAfter:
    case Option::kTimeout:
      return ParseDuration(value, &settings->kill_after);
    case Option::kWorkdir:
      return settings->workdir = value, true;
    case Option::kEnv:
      return AddVariable(settings, value, room);
    case Option::kUserId:
      return ParseId(value, &settings->uid);
    case Option::kGroupId:
      return ParseId(value, &settings->gid);
    case Option::kVerbose:
      return ++settings->verbosity, true;
    case Option::kCompat:
      return FindPersona(value) != nullptr;
  }
  return false;
}

// Cuts the words into options with their values.
class Reader {
 public:
  explicit Reader(const Words& words) : words_(words) {}

  enum class Next { kOption, kEnd, kUnknown };

  Next Take(const Row** row, const char** value) {
    if (letters_ == nullptr || *letters_ == '\0') {
      letters_ = nullptr;
      const char* const word = at_ < words_.count ? words_.words[at_] : "";
      if (word[0] != '-' || word[1] == '\0') return Next::kEnd;
      ++at_;
      if (strcmp(word, "--") == 0) return Next::kEnd;
      if (word[1] == '-') return TakeLong(word + 2, row, value);
      letters_ = word + 1;
    }
    return TakeShort(row, value);
  }

  // What follows the options.
  Words rest() const { return {words_.count - at_, words_.words + at_}; }

 private:
  Next TakeLong(const char* word, const Row** found, const char** value) {
    const size_t length = strcspn(word, "=");
    for (const Row& row : kRows) {
      if (strncmp(row.name, word, length) != 0 || row.name[length] != '\0') continue;
      *found = &row;
      if (word[length] == '\0') return TakeValue(row, value);
      *value = word + length + 1;
      return row.takes_value ? Next::kOption : Next::kUnknown;
    }
    return Next::kUnknown;
  }

  // Letters in a row (-sgv). The last one may have its value attached (-e143).
  Next TakeShort(const Row** found, const char** value) {
    const char letter = *letters_++;
    for (const Row& row : kRows) {
      if (row.letter != letter) continue;
      *found = &row;
      if (!row.takes_value || *letters_ == '\0') return TakeValue(row, value);
      *value = letters_;
      letters_ = nullptr;
      return Next::kOption;
    }
    return Next::kUnknown;
  }

  Next TakeValue(const Row& row, const char** value) {
    if (!row.takes_value) return Next::kOption;
    if (at_ == words_.count) return Next::kUnknown;
    *value = words_.words[at_++];
    return Next::kOption;
  }

  const Words words_;
  int at_ = 0;
  const char* letters_ = nullptr;  // the rest of a word of short options
};

}  // namespace

bool ParseArguments(Words* words, const char* name, char* const* env, Settings* settings) {
  const Persona* persona = FindPersona(name);
  if (persona == nullptr) persona = FindPersona("none");
  const Row* row = nullptr;
  const char* value = nullptr;
  Reader::Next next;
  Reader first(*words);
  while ((next = first.Take(&row, &value)) == Reader::Next::kOption) {
    if (row->option != Option::kCompat) continue;
    persona = FindPersona(value);
    if (persona == nullptr) return false;
  }
  if (next == Reader::Next::kUnknown) return false;
  *settings = DefaultSettings(*persona, env);
  Reader second(*words);
  while (second.Take(&row, &value) == Reader::Next::kOption) {
    if (!Apply(settings, row->option, value, words->count)) return false;
  }
  settings->verbosity = VerbosityFrom(*settings, env);
  *words = second.rest();
  return words->count > 0 || settings->pause;
}

}  // namespace sexton::pid1
