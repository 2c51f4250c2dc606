#include <cerrno>

#include "wait/tracee.h"

namespace sexton {

int Detach(const WaitStatus&) { return -ENOSYS; }
bool IsThread(pid_t) { return false; }

}  // namespace sexton
