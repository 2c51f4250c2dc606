#include <sys/prctl.h>

#include <cerrno>

#include "platform/subreaper.h"

namespace sexton {

int SetSubreaper(bool enabled) {
  return prctl(PR_SET_CHILD_SUBREAPER, enabled ? 1 : 0, 0, 0, 0) == 0 ? 0 : -errno;
}

int GetSubreaper() {
  int enabled = 0;
  return prctl(PR_GET_CHILD_SUBREAPER, &enabled, 0, 0, 0) == 0 ? enabled : -errno;
}

}  // namespace sexton
