#include "keeper/pid1/environment.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "keeper/pid1/shell_copy.h"

namespace sexton::pid1 {
namespace {

constexpr char kNote[] = "sexton_note=";
constexpr char kNames[] = "names:";
constexpr char kBytes[] = "bytes:";
constexpr char kCopy[] = "copy:";

// What follows the start of a text, or null if it starts otherwise.
char* AfterStart(char* text, const char* start) {
  const size_t length = strlen(start);
  return strncmp(text, start, length) == 0 ? text + length : nullptr;
}

// Takes the note out of the environment. Null if there is none.
char* TakeNote(char** env) {
  for (; *env != nullptr; ++env) {
    char* const note = AfterStart(*env, kNote);
    if (note == nullptr) continue;
    for (; *env != nullptr; ++env) env[0] = env[1];
    return note;
  }
  return nullptr;
}

// Brings the variables of these names to the front, in this order, and leaves out the others.
void Keep(const char* names, char** env) {
  while (*names != '\0') {
    const size_t length = strcspn(names, ",");
    for (char** entry = env; *entry != nullptr; ++entry) {
      if (strncmp(*entry, names, length) != 0 || (*entry)[length] != '=') continue;
      std::swap(*entry, *env++);
      break;
    }
    names += length;
    if (*names == ',') ++names;
  }
  *env = nullptr;
}

int ValueOfDigit(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

// Decodes base64 in its own place. Its size, or -1 if the full stop is missing.
ssize_t Decode(char* text) {
  char* out = text;
  uint32_t bits = 0;
  int count = 0;
  for (const char* at = text; *at != '.'; ++at) {
    if (*at == '\0') return -1;
    const int value = ValueOfDigit(*at);
    if (value < 0) continue;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *out++ = static_cast<char>(bits >> count);
  }
  return out - text;
}

Block Decoded(char* text) {
  const ssize_t size = Decode(text);
  return size < 0 ? Block{} : Block{text, static_cast<size_t>(size)};
}

// The entries of a block, or null.
char** EntriesOf(const Block& block) {
  if (block.bytes == nullptr) return nullptr;
  char* at = block.bytes;
  const auto count = static_cast<size_t>(std::count(at, at + block.size, '\0'));
  auto** const entries = static_cast<char**>(malloc((count + 1) * sizeof(char*)));
  if (entries == nullptr) return nullptr;
  char** entry = entries;
  for (size_t i = 0; i < count; ++i, at += strlen(at) + 1) *entry++ = at;
  *entry = nullptr;
  return entries;
}

}  // namespace

void RestoreEnvironment(World* world) {
  char* const note = TakeNote(world->env);
  if (note == nullptr) return;
  char* const names = AfterStart(note, kNames);
  if (names != nullptr) return Keep(names, world->env);
  char* const text = AfterStart(note, kBytes);
  const char* const copy = AfterStart(note, kCopy);
  const Block block = text != nullptr   ? Decoded(text)
                      : copy != nullptr ? ReadShellCopy(copy)
                                        : Block{};
  char** const entries = EntriesOf(block);
  if (entries != nullptr) world->env = entries;
}

}  // namespace sexton::pid1
