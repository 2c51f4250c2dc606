// The few functions of libstdc++'s compiled part that the addon calls. With these it loads without
// libstdc++.so, which may be missing or older than the compiler's; the static archive would need
// the compiler's glibc. Another function would bring the shared object back, and
// packaging/prebuild.mjs would refuse the addon.

#include <cstdlib>
#include <new>

namespace {

// Aborts when memory runs out: the addon is built without exceptions.
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
