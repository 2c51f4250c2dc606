#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "platform/pipe.h"

namespace sexton {

// Without pipe2() there is an instant in which a fork on another thread inherits the descriptors.
int MakePipe(UniqueFd* read_end, UniqueFd* write_end, int flags) {
  int ends[2];
  if (pipe(ends) != 0) return -errno;
  read_end->Reset(ends[0]);
  write_end->Reset(ends[1]);
  for (const int fd : ends) {
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return -errno;
    if (flags != 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | flags) != 0) return -errno;
  }
  return 0;
}

void GrowPipe(int) {}

}  // namespace sexton
