#include <sys/syscall.h>
#include <unistd.h>

#include "platform/thread.h"

namespace sexton {

int ThreadId() { return static_cast<int>(syscall(SYS_gettid)); }

bool ThreadExists(int id) { return syscall(SYS_tgkill, getpid(), id, 0) == 0; }

}  // namespace sexton
