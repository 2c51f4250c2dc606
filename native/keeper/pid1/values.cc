#include "keeper/pid1/values.h"

#include <cstring>

#include "keeper/pid1/signals.h"

namespace sexton::pid1 {
namespace {

// So that no product of a duration overflows.
constexpr uint64_t kMostUnits = 1'000'000'000'000;
constexpr size_t kMostDecimals = 6;

struct Unit {
  const char* name;
  uint64_t milliseconds;
};
const Unit kUnits[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};

size_t CountDigits(const char* word) { return strspn(word, "0123456789"); }

bool ParseCode(const char** at, unsigned* code) {
  const size_t digits = CountDigits(*at);
  uint64_t number = 0;
  if (digits > 3 || !ParseDigits(*at, digits, &number) || number > 255) return false;
  *code = static_cast<unsigned>(number);
  *at += digits;
  return true;
}

}  // namespace

bool ParseDigits(const char* word, size_t length, uint64_t* number) {
  uint64_t value = 0;
  for (size_t i = 0; i < length; ++i) {
    const unsigned digit = static_cast<unsigned char>(word[i]) - unsigned{'0'};
    if (digit > 9 || value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *number = value;
  return length > 0;
}

bool ParseDuration(const char* word, uint64_t* milliseconds) {
  uint64_t whole = 0;
  uint64_t part = 0;
  uint64_t scale = 1;
  const size_t digits = CountDigits(word);
  if (!ParseDigits(word, digits, &whole) || whole > kMostUnits) return false;
  const char* at = word + digits;
  if (*at == '.') {
    const size_t decimals = CountDigits(++at);
    if (decimals > kMostDecimals || !ParseDigits(at, decimals, &part)) return false;
    for (size_t i = 0; i < decimals; ++i) scale *= 10;
    at += decimals;
  }
  for (const Unit& unit : kUnits) {
    if (strcmp(at, unit.name) != 0) continue;
    *milliseconds = whole * unit.milliseconds + (part * unit.milliseconds + scale - 1) / scale;
    return true;
  }
  return false;
}

bool ParseRewrite(const char* word, int* from, int* to) {
  const char* const colon = strchr(word, ':');
  if (colon == nullptr) return false;
  const char* const second = colon + 1;
  const size_t length = strlen(second);
  *from = ParseSignal(word, static_cast<size_t>(colon - word));
  *to = length > 0 && strspn(second, "0") == length ? 0 : ParseSignal(second, length);
  return *from > 0 && *to >= 0;
}

bool ParseExitCodes(const char* word, uint64_t codes[4]) {
  for (const char* at = word;; ++at) {
    unsigned first = 0;
    if (!ParseCode(&at, &first)) return false;
    unsigned last = first;
    if (*at == '-' && !ParseCode(&++at, &last)) return false;
    if (first > last || (*at != ',' && *at != '\0')) return false;
    for (unsigned code = first; code <= last; ++code) codes[code / 64] |= uint64_t{1} << code % 64;
    if (*at == '\0') return true;
  }
}

bool ParseId(const char* word, int32_t* id) {
  uint64_t number = 0;
  if (!ParseDigits(word, strlen(word), &number) || number >= UINT32_MAX) return false;
  *id = static_cast<int32_t>(static_cast<uint32_t>(number));
  return true;
}

}  // namespace sexton::pid1
