#include "platform/own_memory.h"

#include <unistd.h>

#include "platform/pipe.h"
#include "platform/retry.h"

namespace sexton {

bool ReadOwnMemoryByPipe(const void* from, char* to, size_t size) {
  // A pipe has room for a page, so the write does not block.
  UniqueFd read_end, write_end;
  if (MakePipe(&read_end, &write_end, 0) < 0) return false;
  const auto length = static_cast<long>(size);
  return Retry([&] { return write(write_end.get(), from, size); }) == length &&
         Retry([&] { return read(read_end.get(), to, size); }) == length;
}

}  // namespace sexton
