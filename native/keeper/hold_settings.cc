#include "keeper/hold_settings.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "keeper/hold_frames.h"
#include "keeper/settings.h"

namespace sexton {

int HoldMap::Map(int fd) {
  const off_t size = lseek(fd, 0, SEEK_END);
  if (size < 0) return -errno;
  if (size < static_cast<off_t>(sizeof(HoldSettings))) return -EINVAL;
  void* const block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (block == MAP_FAILED) return -errno;
  block_ = static_cast<char*>(block);
  size_ = static_cast<size_t>(size);
  is_whole_ = IsWhole();
  return is_whole_ ? 0 : -EINVAL;
}

void HoldMap::Rest() { madvise(block_, size_, MADV_DONTNEED); }

bool HoldMap::IsWhole() const {
  const HoldSettings& all = words();
  return all.version == kHoldSettingsVersion && all.slots < 1u << kSlots &&
         (all.slots & 1u << kTerminal) == 0 && all.lent < kMostDescriptors &&
         all.has_console <= 1 && all.form <= kAllForms && HasPlan(all.runtime, all.runtime_bytes) &&
         (all.command_bytes == 0 || HasPlan(all.command, all.command_bytes)) &&
         all.pidfile_bytes > 0 && HasPaths(all.pidfile, all.pidfile_bytes) &&
         HasPaths(all.exit_files, all.exit_files_bytes) && HasPaths(all.logs, all.logs_bytes) &&
         HasPaths(all.sockets, all.sockets_bytes);
}

bool HoldMap::HasPlan(uint32_t at, uint32_t bytes) const {
  return at % sizeof(uint32_t) == 0 && at <= size_ && bytes <= size_ - at &&
         sexton::IsWhole(block_ + at, bytes);
}

bool HoldMap::HasPaths(uint32_t at, uint32_t bytes) const {
  if (at > size_ || bytes > size_ - at) return false;
  if (bytes > 0 && block_[at + bytes - 1] != '\0') return false;
  Paths paths(block_ + at, bytes);
  while (const char* const path = paths.Next()) {
    if (path[0] != '/') return false;
  }
  return true;
}

}  // namespace sexton
