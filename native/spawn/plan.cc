#include "spawn/plan.h"

#include <algorithm>
#include <cstring>

namespace sexton {
namespace {

constexpr size_t kWord = sizeof(uint32_t);
static_assert(sizeof(PlanLimit) == 5 * kWord, "a limit is words, without gaps");

// Goes through the sections of a block in their order.
class Sections {
 public:
  Sections(const void* block, size_t size)
      : block_(static_cast<const char*>(block)), size_(size), end_(sizeof(SpawnPlan)) {}

  // True if all sections so far fit, and this one.
  bool Array(uint64_t offset, uint64_t count, size_t width) {
    if (offset < end_ || offset > size_ || count > (size_ - offset) / width) return false;
    end_ = offset + count * width;
    return true;
  }

  bool Words(uint64_t offset, uint64_t count, size_t width = kWord) {
    return offset % kWord == 0 && Array(offset, count, width);
  }

  bool Strings(uint64_t offset, uint64_t bytes) {
    return Array(offset, bytes, 1) && (bytes == 0 || block_[end_ - 1] == '\0');
  }

 private:
  const char* const block_;
  const uint64_t size_;
  uint64_t end_;
};

}  // namespace

bool IsWhole(const void* block, size_t size) {
  SpawnPlan plan;
  if (size < sizeof plan) return false;
  std::memcpy(&plan, block, sizeof plan);
  Sections sections(block, size);
  return plan.size == size && sections.Words(plan.fds, plan.fd_count) &&
         sections.Words(plan.groups, plan.group_count) &&
         sections.Words(plan.limits, plan.limit_count, sizeof(PlanLimit)) &&
         sections.Strings(plan.files, plan.file_bytes) &&
         sections.Strings(plan.argv, plan.argv_bytes) &&
         sections.Strings(plan.env, plan.env_bytes) &&
         (plan.cwd == 0 || (plan.cwd < size && sections.Strings(plan.cwd, size - plan.cwd)));
}

size_t CountPointers(const SpawnPlan& plan) {
  const char* const block = reinterpret_cast<const char*>(&plan);
  const auto count = [&](uint32_t offset, uint32_t bytes) {
    return std::count(block + offset, block + offset + bytes, '\0');
  };
  return count(plan.argv, plan.argv_bytes) + 3 + count(plan.env, plan.env_bytes) + 1;
}

}  // namespace sexton
