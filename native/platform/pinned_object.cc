#include <dlfcn.h>

#include <atomic>

#include "platform/process.h"

namespace sexton {

void PinThisObject() {
  static std::atomic<bool> pinned{false};
  // A second thread may go on before the first has pinned the object: the first thread's
  // environment keeps it loaded until then.
  if (pinned.exchange(true)) return;
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&PinThisObject), &info) != 0) {
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
  }
}

}  // namespace sexton
