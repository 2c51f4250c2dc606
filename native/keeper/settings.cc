#include "keeper/settings.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace sexton {

// A private mapping: the child of a spawn writes to its plan, and the seal forbids writing to the
// memfd itself.
int SettingsMap::Map(int fd) {
  const off_t size = lseek(fd, 0, SEEK_END);
  if (size < 0) return -errno;
  if (size < static_cast<off_t>(sizeof(Settings))) return -EINVAL;
  void* const block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (block == MAP_FAILED) return -errno;
  block_ = block;
  size_ = static_cast<size_t>(size);
  const bool is_whole = words().version == kSettingsVersion &&
                        words().isolation <= kUserNamespace && words().leftovers <= kKeepThem &&
                        words().kill_signal - 1 < 64 && words().descriptors < kMostDescriptors &&
                        words().groups <= kMostGroups && words().groups <= words().descriptors &&
                        words().joined_groups <= words().groups &&
                        IsWhole(plan(), size_ - sizeof(Settings));
  return is_whole ? 0 : -EINVAL;
}

void SettingsMap::Unmap() {
  munmap(block_, size_);
  block_ = nullptr;
}

SpawnPlan* SettingsMap::plan() const {
  return reinterpret_cast<SpawnPlan*>(static_cast<char*>(block_) + sizeof(Settings));
}

}  // namespace sexton
