#include "node/open_fds.h"

#include <unistd.h>

namespace sexton {

OpenFds::~OpenFds() {
  for (size_t fd = 0; fd < ours_.size(); ++fd) {
    if (ours_[fd]) close(static_cast<int>(fd));
  }
}

int OpenFds::Add(int fd) {
  if (fd < 0) return fd;
  const auto number = static_cast<size_t>(fd);
  if (number >= ours_.size()) ours_.resize(number + 1);
  ours_[number] = true;
  return fd;
}

void OpenFds::Close(int fd) {
  if (Take(fd)) close(fd);
}

void OpenFds::Forget(int fd) { Take(fd); }

bool OpenFds::Take(int fd) {
  const auto number = static_cast<size_t>(fd);  // a negative one becomes too large
  if (number >= ours_.size() || !ours_[number]) return false;
  ours_[number] = false;
  return true;
}

}  // namespace sexton
