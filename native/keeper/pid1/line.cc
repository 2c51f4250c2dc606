#include "keeper/pid1/line.h"

#include <cstring>

#include "keeper/pid1/table.h"

namespace sexton::pid1 {
namespace {

struct Range {
  uint32_t first, last;
};

// Controls, spaces but the usual one, formats that reorder text, other ends of lines, surrogates
// and private characters.
const Range kUnsafe[] = {
    {0x00, 0x1f},     {'\\', '\\'},     {0x7f, 0xa0},     {0xad, 0xad},       {0x600, 0x605},
    {0x61c, 0x61c},   {0x6dd, 0x6dd},   {0x70f, 0x70f},   {0x1680, 0x1680},   {0x180e, 0x180e},
    {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},   {0xd800, 0xf8ff},
    {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

bool IsUnsafe(uint32_t character) {
  for (const Range& range : kUnsafe) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

struct Decoded {
  uint32_t character;
  size_t size;  // 0: the bytes are not UTF-8
};

Decoded Decode(const unsigned char* bytes) {
  const unsigned first = bytes[0];
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (size == 0 || first > 0xf4) return {first, 0};
  uint32_t character = first & (0x7f >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((bytes[i] & 0xc0) != 0x80) return {first, 0};
    character = character << 6 | (bytes[i] & 0x3f);
  }
  const uint32_t least = size == 4 ? 0x10000 : size == 3 ? 0x800 : 0x80;
  return character < least || character > 0x10ffff ? Decoded{first, 0} : Decoded{character, size};
}

struct Error {
  int number;
  const char* text;
};

#define SEXTON_ERROR(number, text) {number, text},
const Error kErrors[] = {SEXTON_PID1_ERRORS(SEXTON_ERROR)};
#undef SEXTON_ERROR

}  // namespace

void Line::AddBytes(const char* bytes, size_t size) {
  if (size > kMost - size_) size = kMost - size_;
  memcpy(text_ + size_, bytes, size);
  size_ += size;
  text_[size_] = '\0';
}

Line& Line::Add(const char* words) {
  AddBytes(words, strlen(words));
  return *this;
}

Line& Line::Add(int64_t number) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  do {
    digits[--at] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0) digits[--at] = '-';
  AddBytes(digits + at, sizeof digits - at);
  return *this;
}

void Line::AddEscaped(uint32_t character) {
  if (character == '\n') return AddBytes("\\n", 2);
  if (character == '\r') return AddBytes("\\r", 2);
  if (character == '\t') return AddBytes("\\t", 2);
  if (character == '\\') return AddBytes("\\\\", 2);
  char hex[8];
  size_t at = sizeof hex;
  for (uint32_t rest = character; rest > 0 || at > sizeof hex - 2; rest /= 16)
    hex[--at] = "0123456789abcdef"[rest % 16];
  AddBytes(character < 256 ? "\\x" : "\\u{", character < 256 ? 2 : 3);
  AddBytes(hex + at, sizeof hex - at);
  if (character >= 256) AddBytes("}", 1);
}

Line& Line::AddPrintable(const char* text) {
  while (*text != '\0') {
    const Decoded next = Decode(reinterpret_cast<const unsigned char*>(text));
    if (next.size == 0 || IsUnsafe(next.character)) {
      AddEscaped(next.character);
    } else {
      AddBytes(text, next.size);
    }
    text += next.size == 0 ? 1 : next.size;
  }
  return *this;
}

void Line::End() {
  text_[size_++] = '\n';
  text_[size_] = '\0';
}

Line& Line::AddError(int error) {
  for (const Error& each : kErrors) {
    if (each.number == error) return Add(each.text);
  }
  return Add("errno ").Add(error).Add(": unknown error");
}

}  // namespace sexton::pid1
