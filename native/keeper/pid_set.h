#ifndef SEXTON_KEEPER_PID_SET_H_
#define SEXTON_KEEPER_PID_SET_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace sexton {

// A set of pids: bits, of which a set that is not used has touched none. It is static: it takes
// half a megabyte of address space.
class PidSet {
 public:
  // Returns whether the pid is new.
  bool Add(pid_t pid) {
    const bool is_new = !Has(pid);
    bits_[Index(pid)] |= Bit(pid);
    return is_new;
  }

  bool Has(pid_t pid) const { return (bits_[Index(pid)] & Bit(pid)) != 0; }

  // A page is written only if it has the pid.
  void Remove(pid_t pid) {
    if (Has(pid)) bits_[Index(pid)] &= static_cast<uint8_t>(~Bit(pid));
  }

 private:
  static constexpr size_t kPids = size_t{1} << 22;  // PID_MAX_LIMIT

  static size_t Index(pid_t pid) { return static_cast<size_t>(pid) % kPids / 8; }
  static uint8_t Bit(pid_t pid) { return static_cast<uint8_t>(1 << pid % 8); }

  uint8_t bits_[kPids / 8];
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_PID_SET_H_
