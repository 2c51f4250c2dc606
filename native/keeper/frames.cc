#include "keeper/frames.h"

#include <cstring>

namespace sexton {
namespace {

constexpr size_t kUnknown = ~size_t{0};

// The length of a request's payload.
size_t LengthOf(uint8_t kind) {
  switch (static_cast<Request>(kind)) {
    case Request::kEnd:
      return 8;
    case Request::kSignal:
      return 4;
    case Request::kKeep:
      return 12;
    case Request::kRelease:
    case Request::kPing:
      return 0;
  }
  return kUnknown;
}

bool IsSound(const FrameHeader& header) {
  const bool has_zeros = (header.zeros[0] | header.zeros[1] | header.zeros[2]) == 0;
  return has_zeros && header.length == LengthOf(header.kind);
}

}  // namespace

RequestReader::Next RequestReader::Take(RequestFrame* frame) {
  FrameHeader header;
  if (size_ < sizeof header) return Next::kNothing;
  std::memcpy(&header, bytes_, sizeof header);
  if (!IsSound(header)) return Next::kGarbled;
  const size_t whole = sizeof header + header.length;
  if (size_ < whole) return Next::kNothing;
  *frame = {};
  frame->kind = static_cast<Request>(header.kind);
  std::memcpy(frame->words, bytes_ + sizeof header, header.length);
  size_ -= whole;
  std::memmove(bytes_, bytes_ + whole, size_);
  return Next::kFrame;
}

}  // namespace sexton
