#ifndef SEXTON_KEEPER_TEXT_H_
#define SEXTON_KEEPER_TEXT_H_

#include <sys/types.h>

#include <cstddef>

namespace sexton {

// A short path, made of words and numbers. The C library's snprintf() would double the keeper.
class Path {
 public:
  Path& Add(const char* words) {
    while (*words != '\0' && size_ + 1 < sizeof text_) text_[size_++] = *words++;
    text_[size_] = '\0';
    return *this;
  }

  Path& Add(pid_t number) {
    char digits[12];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    return Add(digits + at);
  }

  const char* text() const { return text_; }

 private:
  char text_[64] = "";
  size_t size_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_TEXT_H_
