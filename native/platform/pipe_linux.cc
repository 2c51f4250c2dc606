#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "platform/pipe.h"

namespace sexton {

int MakePipe(UniqueFd* read_end, UniqueFd* write_end, int flags) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | flags) != 0) return -errno;
  read_end->Reset(ends[0]);
  write_end->Reset(ends[1]);
  return 0;
}

void GrowPipe(int fd) { fcntl(fd, F_SETPIPE_SZ, 1 << 20); }

}  // namespace sexton
