#include "keeper/pid1/signals.h"

#include <cstring>

#include "keeper/pid1/table.h"
#include "keeper/pid1/values.h"

namespace sexton::pid1 {
namespace {

struct Name {
  int number;
  const char* name;
};

// The first name of a number is the usual one.
#define SEXTON_NAME(number, name) {number, name},
const Name kNames[] = {SEXTON_PID1_SIGNALS(SEXTON_NAME)};
#undef SEXTON_NAME

constexpr size_t kLongest = 12;  // of a name and a few more letters

// RTMIN, RTMIN+3, RTMAX-3: the number, or -1.
int ParseRealtime(const char* name) {
  const bool from_min = strncmp(name, "RTMIN", 5) == 0;
  if (!from_min && strncmp(name, "RTMAX", 5) != 0) return -1;
  uint64_t distance = 0;
  if (name[5] != '\0') {
    const char sign = from_min ? '+' : '-';
    const size_t digits = strlen(name) - 6;
    if (name[5] != sign || digits > 2 || !ParseDigits(name + 6, digits, &distance)) return -1;
  }
  const int offset = static_cast<int>(distance);
  const int number = from_min ? kRealtimeMin + offset : kRealtimeMax - offset;
  return number >= kRealtimeMin && number <= kRealtimeMax ? number : -1;
}

char Upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

}  // namespace

void AddSignal(Line* line, int signal) {
  for (const Name& each : kNames) {
    if (each.number == signal) {
      line->Add("SIG").Add(each.name);
      return;
    }
  }
  if (signal < kRealtimeMin) {
    line->Add("SIG").Add(signal);
    return;
  }
  line->Add("SIGRTMIN");
  if (signal > kRealtimeMin) line->Add("+").Add(signal - kRealtimeMin);
}

int ParseSignal(const char* word, size_t length) {
  uint64_t number = 0;
  if (ParseDigits(word, length, &number)) {
    const bool is_reserved = number == 32 || number == 33;
    return number >= 1 && number <= kRealtimeMax && !is_reserved ? static_cast<int>(number) : -1;
  }
  char name[kLongest + 1] = {};
  if (length > kLongest) return -1;
  for (size_t i = 0; i < length; ++i) name[i] = Upper(word[i]);
  const char* const bare = strncmp(name, "SIG", 3) == 0 ? name + 3 : name;
  for (const Name& each : kNames) {
    if (strcmp(each.name, bare) == 0) return each.number;
  }
  return ParseRealtime(bare);
}

}  // namespace sexton::pid1
