#include "keeper/directory.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "platform/process.h"

namespace sexton {
namespace {

constexpr size_t kPiece = 4096;

// The kernel's struct linux_dirent64 (getdents64(2)), up to the name.
struct Entry {
  uint64_t inode;
  int64_t offset;
  uint16_t size;
  uint8_t type;
  char name[];
};
constexpr size_t kNameAt = 19;

}  // namespace

void EachEntry(int fd, ReceiveEntry receive, void* context) {
  alignas(Entry) char piece[kPiece];
  for (;;) {
    const long length = Retry([&] { return syscall(SYS_getdents64, fd, piece, sizeof piece); });
    if (length <= 0) return;
    for (long at = 0; at < length;) {
      const auto* entry = reinterpret_cast<const Entry*>(piece + at);
      const char* const name = piece + at + kNameAt;
      if (!receive(context, name, entry->type == DT_DIR)) return;
      at += entry->size;
    }
  }
}

}  // namespace sexton
