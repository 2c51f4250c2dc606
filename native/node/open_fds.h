#ifndef SEXTON_NODE_OPEN_FDS_H_
#define SEXTON_NODE_OPEN_FDS_H_

#include <vector>

#include "platform/descriptors.h"

namespace sexton {

// The descriptors that JavaScript holds as bare numbers. A worker that is terminated never closes
// them, so this closes them when its environment ends.
class OpenFds {
 public:
  ~OpenFds();
  int Add(int fd);      // returns `fd`, so that it can wrap a call; ignores a negative result
  void Close(int fd);   // ignores any other number: a double close would hit a stranger
  void Lend(int fd);    // libuv may come to close it; the destructor makes sure that it has not
  void Forget(int fd);  // leaves the descriptor to another owner

 private:
  struct Loan {
    int fd;
    FileId file;
  };

  bool Take(int fd);  // forgets a descriptor; true if it was ours
  bool IsReturned(const Loan& loan) const;

  std::vector<bool> ours_;  // by number
  std::vector<Loan> loans_;
};

}  // namespace sexton

#endif  // SEXTON_NODE_OPEN_FDS_H_
