#ifndef SEXTON_PLATFORM_OWN_MEMORY_H_
#define SEXTON_PLATFORM_OWN_MEMORY_H_

#include <cstddef>

namespace sexton {

// Copies `size` bytes of this process's memory, all within one page. False where no memory is
// mapped: the kernel reads the bytes, so another thread may free them meanwhile without a SIGSEGV
// here.
bool ReadOwnMemory(const void* from, char* to, size_t size);

// Does so on every POSIX system: write(2) to a pipe fails with EFAULT where no memory is mapped.
bool ReadOwnMemoryByPipe(const void* from, char* to, size_t size);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_OWN_MEMORY_H_
