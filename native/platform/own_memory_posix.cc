#include "platform/own_memory.h"

namespace sexton {

bool ReadOwnMemory(const void* from, char* to, size_t size) {
  return ReadOwnMemoryByPipe(from, to, size);
}

}  // namespace sexton
