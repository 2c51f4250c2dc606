#ifndef SEXTON_FRONT_WORDS_H_
#define SEXTON_FRONT_WORDS_H_

#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace sexton::front {

// Joins words to a path. False if they do not fit.
template <size_t kSize>
bool Join(char (&to)[kSize], const char* first, const char* second, const char* third = "") {
  size_t at = 0;
  for (const char* const word : {first, second, third}) {
    const size_t size = strlen(word);
    if (size >= kSize - at) return false;
    memcpy(to + at, word, size);
    at += size;
  }
  to[at] = '\0';
  return true;
}

// Writes a text. A reader that is gone gets none.
inline void Say(int fd, const char* text) { static_cast<void>(write(fd, text, strlen(text)) >= 0); }

}  // namespace sexton::front

#endif  // SEXTON_FRONT_WORDS_H_
