#include <cerrno>

#include "platform/pidfd.h"

namespace sexton {

int PidfdOpen(pid_t) { return -ENOSYS; }
int PidfdSend(int, int) { return -ENOSYS; }
int PidfdState(int) { return -ENOSYS; }
int PidfdAwait(int, int) { return -ENOSYS; }
int PidfdExitStatus(int) { return -ENOSYS; }

}  // namespace sexton
