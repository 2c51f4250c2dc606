#include "args.h"

#include <cstring>

namespace sexton {

std::vector<char*> Strings(const Napi::Value& block) {
  auto bytes = block.As<Napi::Uint8Array>();
  char* const begin = reinterpret_cast<char*>(bytes.Data());
  char* const end = begin + bytes.ByteLength();
  std::vector<char*> strings;
  // A last string without its NUL would be read past the block: it does not count.
  for (char* at = begin; at < end;) {
    void* stop = std::memchr(at, '\0', end - at);
    if (stop == nullptr) break;
    strings.push_back(at);
    at = static_cast<char*>(stop) + 1;
  }
  strings.push_back(nullptr);
  return strings;
}

}  // namespace sexton
