#include <cerrno>

#include "platform/subreaper.h"

namespace sexton {

int SetSubreaper(bool) { return -ENOSYS; }
int GetSubreaper() { return 0; }

}  // namespace sexton
