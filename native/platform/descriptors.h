#ifndef SEXTON_PLATFORM_DESCRIPTORS_H_
#define SEXTON_PLATFORM_DESCRIPTORS_H_

#include <unistd.h>

#include <cstddef>
#include <cstdint>

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

  // Closes without a retry on EINTR: Linux has released the number by then, and a second close()
  // would hit a stranger (close(2), "Dealing with error returns from close()").
  void Reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// The file that a descriptor means. Another file never has the same id while this one is open.
struct FileId {
  uint64_t device = 0;
  uint64_t inode = 0;
};

// --- once per platform ---

// Reads the id by one async-signal-safe system call. False if there is no such descriptor.
bool ReadFileId(int fd, FileId* id);

// Makes a close-on-exec pipe; `flags` may add O_NONBLOCK. 0 or -errno.
int MakePipe(UniqueFd* read_end, UniqueFd* write_end, int flags);

// Opens the pipe of a descriptor once more, to write to it without blocking. The flag belongs to
// the new descriptor alone, which is close-on-exec. It, or -errno: -EINVAL if it is not a pipe,
// -EACCES if the pipe is another user's, -ENXIO if it has no reader, -ENOSYS on a platform without
// it.
int ReopenPipe(int fd);

// Makes two connected close-on-exec sockets (AF_UNIX, SOCK_STREAM). 0 or -errno.
int MakeSocketPair(UniqueFd* one, UniqueFd* other);

// Makes a file without a name, which lies in memory and which nobody can change any more
// (memfd_create(2)). The descriptor is close-on-exec. -ENOSYS on a platform without such files.
int MakeSealedFile(const void* bytes, size_t size, UniqueFd* file);

// Makes an empty file that lies in memory. The descriptor is close-on-exec. -ENOSYS on a platform
// without such files.
int MakeMemoryFile(UniqueFd* file);

// Moves at most `size` bytes from a pipe into a file, at `at`, without copying them to this process
// (splice(2)). How many, 0 at the end of the pipe, or -errno: -EAGAIN if the pipe is empty, -ENOSYS
// on a platform without it.
long MoveToFile(int pipe, int file, int64_t at, size_t size);

// Moves at most `size` bytes from a terminal, or whatever the kernel can move them from, into a
// pipe. How many, or -errno: -EAGAIN if there is nothing or no room, -EINVAL if it cannot
// (terminals before Linux 5.11), -ENOSYS on a platform without it.
long MoveToPipe(int from, int pipe, size_t size);

// Asks for the largest pipe an ordinary user may have, so that a burst of records fits while the
// event loop is busy. If the kernel refuses, the pipe keeps its default size.
void GrowPipe(int fd);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_DESCRIPTORS_H_
