#ifndef SEXTON_PLATFORM_ENVIRON_COPY_H_
#define SEXTON_PLATFORM_ENVIRON_COPY_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/descriptors.h"

namespace sexton {

// A copy of the C library's `environ`: each entry with its NUL, one after the other.
//
// Another thread may change the environment meanwhile. setenv(3) moves the array and frees the old
// one, unsetenv(3) shifts the entries, and musl frees the strings. The C library's lock, if it has
// one, cannot be taken from outside, and Node's mutex around process.env cannot either. So a copy
// never faults, but it may be torn: the caller has to find out whether it is whole
// (lib/spawn/own-environment.ts).
class EnvironCopy {
 public:
  // False where a part of it cannot be read; the other entries are in the copy.
  bool Make();
  const std::vector<char>& block() const { return block_; }

  // Reads the environment again, by one call of the kernel instead of one for each page: whether it
  // has the same bytes at the same addresses. False also if that cannot be told so.
  bool StillHolds();

  // Opens a pipe for that, which takes half the time of process_vm_readv(2): that call looks for a
  // process first. Not before a first child has its descriptors: the pipe could take the number of
  // one that its caller has named by mistake.
  void OpenPipe();

 private:
  // So many strings that do not follow each other in memory cost as much as a copy.
  static constexpr size_t kMostParts = 32;

  bool ReadParts();
  void Note(uintptr_t string, size_t length);

  std::vector<char> block_;
  uintptr_t array_ = 0;
  std::vector<uintptr_t> strings_;  // the array, with its null
  std::vector<iovec> parts_;        // the array, and then the strings: neighbours are one part
  std::vector<char> room_;
  UniqueFd read_end_;
  UniqueFd write_end_;
};

}  // namespace sexton

#endif  // SEXTON_PLATFORM_ENVIRON_COPY_H_
