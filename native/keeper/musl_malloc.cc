#include <sys/mman.h>

#include <cstddef>

// The allocator of a keeper with musl, in place of musl's own, which would take 7 kB of code and
// some pages. A keeper of a job allocates once, the pointers for execve(2), and pid1 a few times.

namespace {

constexpr size_t kHeader = 16;  // has the size, and keeps the block aligned

// Small blocks lie here one after the other, until there is no more room: to map and to unmap
// memory takes longer than all that is done with it. Only the last one is taken back. The sections
// are in the order of their names: the first block begins on a page that is written to anyway.
[[gnu::section(".bss.z")]] alignas(kHeader) char small_blocks[16 * 1024];
size_t used = 0;

size_t* SizeOf(char* block) { return reinterpret_cast<size_t*>(block); }

char* NewBlock(size_t size) {
  if (size <= sizeof small_blocks - used) {
    char* const block = small_blocks + used;
    used += size;
    return block;
  }
  void* const block =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return block == MAP_FAILED ? nullptr : static_cast<char*>(block);
}

}  // namespace

extern "C" void* malloc(size_t size) {
  if (size > size_t{1} << 40) return nullptr;
  const size_t whole = (size + kHeader + kHeader - 1) / kHeader * kHeader;
  char* const block = NewBlock(whole);
  if (block == nullptr) return nullptr;
  *SizeOf(block) = whole;
  return block + kHeader;
}

extern "C" void free(void* pointer) {
  if (pointer == nullptr) return;
  char* const block = static_cast<char*>(pointer) - kHeader;
  const size_t size = *SizeOf(block);
  if (block < small_blocks || block >= small_blocks + sizeof small_blocks)
    munmap(block, size);
  else if (block + size == small_blocks + used)
    used -= size;
}
