// What the addon calls of the C++ library's compiled part, so that it needs no libstdc++: the
// shared object may be missing, or older than the compiler's; the archive in turn would want the
// compiler's glibc. A function that is not here brings the shared object back, and the prebuild is
// refused.

#include <cstdlib>
#include <new>

namespace {

// There are no exceptions to throw, and nobody to catch them.
void* Allocate(size_t size) {
  void* memory = malloc(size == 0 ? 1 : size);
  if (memory == nullptr) abort();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }
void operator delete[](void* memory) noexcept { free(memory); }
void operator delete[](void* memory, size_t) noexcept { free(memory); }

extern "C" void __cxa_pure_virtual() { abort(); }

#ifdef __GLIBCXX__
namespace std {

void __throw_bad_alloc() { abort(); }
void __throw_bad_array_new_length() { abort(); }
void __throw_length_error(const char*) { abort(); }

}  // namespace std
#endif
