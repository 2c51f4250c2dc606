#include "node/open_fds.h"

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

// Without an id (an emulator, or Linux before 4.11) the descriptor may leak. To close it unseen
// could close a stranger's.
void OpenFds::Lend(int fd) {
  FileId file;
  if (ReadFileId(fd, &file)) {
    loans_.push_back({fd, file});
  } else {
    Take(fd);
  }
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
  FileId found;
  return ReadFileId(loan.fd, &found) && found.device == loan.file.device &&
         found.inode == loan.file.inode;
}

}  // namespace sexton
