#include "node/open_fds.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace sexton {

// libuv has closed all its handles by now. If one of them had a lent descriptor, the number is free
// or a stranger's.
OpenFds::~OpenFds() {
  const std::vector<Loan> loans = loans_;
  for (const Loan& loan : loans) {
    if (!IsReturned(loan)) Take(loan.fd);
  }
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

void OpenFds::Lend(int fd) {
  struct stat found;
  if (fstat(fd, &found) == 0) loans_.push_back({fd, found.st_dev, found.st_ino});
}

void OpenFds::Forget(int fd) { Take(fd); }

bool OpenFds::Take(int fd) {
  const auto is_its = [fd](const Loan& loan) { return loan.fd == fd; };
  loans_.erase(std::remove_if(loans_.begin(), loans_.end(), is_its), loans_.end());
  const auto number = static_cast<size_t>(fd);  // a negative number becomes too large
  if (number >= ours_.size() || !ours_[number]) return false;
  ours_[number] = false;
  return true;
}

bool OpenFds::IsReturned(const Loan& loan) const {
  struct stat found;
  return fstat(loan.fd, &found) == 0 && found.st_dev == loan.device && found.st_ino == loan.inode;
}

}  // namespace sexton
