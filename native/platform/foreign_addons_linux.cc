#include <dlfcn.h>
#include <link.h>

#include <cstdint>
#include <cstring>

#include "platform/foreign_addons.h"

namespace sexton {
namespace {

struct Count {
  const void* own_base;
  int others;
};

bool IsAddon(const char* path) {
  const size_t length = std::strlen(path);
  return length >= 5 && std::strcmp(path + length - 5, ".node") == 0;
}

int Visit(struct dl_phdr_info* object, size_t, void* data) {
  auto* count = static_cast<Count*>(data);
  const bool own = reinterpret_cast<const void*>(object->dlpi_addr) == count->own_base;
  if (!own && IsAddon(object->dlpi_name)) ++count->others;
  return 0;
}

}  // namespace

int CountForeignAddons() {
  Dl_info own;
  if (dladdr(reinterpret_cast<void*>(&CountForeignAddons), &own) == 0) return -1;
  Count count = {own.dli_fbase, 0};
  dl_iterate_phdr(Visit, &count);
  return count.others;
}

}  // namespace sexton
