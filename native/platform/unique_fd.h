#ifndef SEXTON_PLATFORM_UNIQUE_FD_H_
#define SEXTON_PLATFORM_UNIQUE_FD_H_

#include <unistd.h>

namespace sexton {

// A descriptor that is closed exactly once. Move only: a copied owner would close a number that may
// by then belong to someone else.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(-1); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  int Release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

  // No retry on EINTR: Linux has released the number by then, and a second close() would hit a
  // stranger (close(2), "Dealing with error returns from close()").
  void Reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace sexton

#endif  // SEXTON_PLATFORM_UNIQUE_FD_H_
