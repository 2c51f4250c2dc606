#include "platform/environ_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "platform/descriptors.h"
#include "platform/process.h"

extern char** environ;

namespace sexton {
namespace {

// The smallest page of all platforms, in bytes. Larger pages are multiples of it.
constexpr uintptr_t kPage = 4096;

// Bytes after which a copy gives up: a torn array can lead into any memory. No execve(2) takes more
// than 6 MiB of strings.
constexpr size_t kMost = 8 << 20;

// Bytes that every pipe of Linux takes at once, unless its user has very many of them (pipe(7)).
constexpr size_t kPipeRoom = 32 << 10;

// Copies of this process's pages, each made when it is first needed. An environment spans few.
class PageCopies {
 public:
  // The copy of the page at this address, up to the next call; null where no memory is mapped.
  const char* At(uintptr_t page) {
    for (size_t i = pages_.size(); i-- > 0;) {
      if (pages_[i] == page) return &bytes_[i * kPage];
    }
    bytes_.resize((pages_.size() + 1) * kPage);
    char* copy = &bytes_[pages_.size() * kPage];
    if (!ReadOwnMemory(reinterpret_cast<const void*>(page), copy, kPage)) return nullptr;
    pages_.push_back(page);
    return copy;
  }

  bool ReadPointer(uintptr_t address, uintptr_t* pointer) {
    const char* page = At(address / kPage * kPage);
    if (page == nullptr || address % sizeof *pointer != 0) return false;
    std::memcpy(pointer, page + address % kPage, sizeof *pointer);
    return true;
  }

  // Appends the string at this address, with its NUL.
  bool AppendString(uintptr_t address, std::vector<char>* block) {
    while (block->size() < kMost) {
      const uintptr_t offset = address % kPage;
      const char* page = At(address - offset);
      if (page == nullptr) return false;
      const char* begin = page + offset;
      const auto* end = static_cast<const char*>(std::memchr(begin, '\0', kPage - offset));
      block->insert(block->end(), begin, end != nullptr ? end + 1 : page + kPage);
      if (end != nullptr) return true;
      address += kPage - offset;
    }
    return false;
  }

 private:
  std::vector<uintptr_t> pages_;
  std::vector<char> bytes_;
};

}  // namespace

bool ReadOwnMemoryByPipe(const void* from, char* to, size_t size) {
  // A pipe has room for a page, so the write does not block.
  UniqueFd read_end, write_end;
  if (MakePipe(&read_end, &write_end, 0) < 0) return false;
  const auto length = static_cast<long>(size);
  return Retry([&] { return write(write_end.get(), from, size); }) == length &&
         Retry([&] { return read(read_end.get(), to, size); }) == length;
}

bool EnvironCopy::Make() {
  PageCopies pages;
  block_.clear();
  strings_.clear();
  parts_.assign(1, {});
  array_ = reinterpret_cast<uintptr_t>(__atomic_load_n(&environ, __ATOMIC_ACQUIRE));
  if (array_ == 0) return true;  // after clearenv(3)
  bool whole = true;
  for (uintptr_t entry = array_;; entry += sizeof entry) {
    uintptr_t string;
    if (!pages.ReadPointer(entry, &string)) return false;
    strings_.push_back(string);
    if (string == 0) return whole;
    const size_t length = block_.size();
    if (pages.AppendString(string, &block_)) {
      Note(string, block_.size() - length);
      continue;
    }
    if (block_.size() >= kMost) return false;
    block_.resize(length);
    whole = false;
  }
}

void EnvironCopy::Note(uintptr_t string, size_t length) {
  iovec& last = parts_.back();
  if (parts_.size() > 1 && reinterpret_cast<uintptr_t>(last.iov_base) + last.iov_len == string) {
    last.iov_len += length;
  } else {
    parts_.push_back({reinterpret_cast<void*>(string), length});
  }
}

bool EnvironCopy::StillHolds() {
  const uintptr_t array = reinterpret_cast<uintptr_t>(__atomic_load_n(&environ, __ATOMIC_ACQUIRE));
  if (array == 0 || array != array_ || parts_.size() > kMostParts) return false;
  const size_t pointers = strings_.size() * sizeof array;
  parts_[0] = {reinterpret_cast<void*>(array), pointers};
  room_.resize(pointers + block_.size());
  return ReadParts() && std::memcmp(room_.data(), strings_.data(), pointers) == 0 &&
         std::memcmp(room_.data() + pointers, block_.data(), block_.size()) == 0;
}

void EnvironCopy::OpenPipe() {
  if (!write_end_.valid()) MakePipe(&read_end_, &write_end_, O_NONBLOCK);
}

bool EnvironCopy::ReadParts() {
  if (!write_end_.valid() || room_.size() > kPipeRoom) {
    return ReadOwnParts(parts_.data(), parts_.size(), room_.data(), room_.size());
  }
  const ssize_t written = writev(write_end_.get(), parts_.data(), static_cast<int>(parts_.size()));
  if (written <= 0) return false;  // EFAULT: no memory is mapped there any more
  const ssize_t taken = read(read_end_.get(), room_.data(), room_.size());
  if (taken == written) return static_cast<size_t>(taken) == room_.size();
  // The rest would come before the bytes of the next check.
  read_end_.Reset(-1);
  write_end_.Reset(-1);
  return false;
}

}  // namespace sexton
