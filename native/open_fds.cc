#include "open_fds.h"

#include <unistd.h>

namespace sexton {

OpenFds::~OpenFds() {
  for (const int fd : fds_) close(fd);
}

int OpenFds::Add(int fd) {
  if (fd >= 0) fds_.insert(fd);
  return fd;
}

void OpenFds::Close(int fd) {
  if (fds_.erase(fd) == 1) close(fd);
}

void OpenFds::Forget(int fd) { fds_.erase(fd); }

}  // namespace sexton
