#ifndef SEXTON_OPEN_FDS_H_
#define SEXTON_OPEN_FDS_H_

#include <sys/types.h>

#include <vector>

namespace sexton {

// The descriptors that JavaScript holds as bare numbers. A worker that is terminated in mid-flight
// never closes them; this does, when its environment ends.
class OpenFds {
 public:
  ~OpenFds();
  int Add(int fd);      // gives `fd` back, so that it wraps a call; negative results pass through
  void Close(int fd);   // a number that is not ours is left alone: a double close hits a stranger
  void Lend(int fd);    // libuv may come to close it; the destructor makes sure that it has not
  void Forget(int fd);  // someone else closes it from now on

 private:
  struct Loan {
    int fd;
    dev_t device;
    ino_t inode;
  };

  bool Take(int fd);  // whether it was ours
  bool IsReturned(const Loan& loan) const;

  std::vector<bool> ours_;  // by number
  std::vector<Loan> loans_;
};

}  // namespace sexton

#endif  // SEXTON_OPEN_FDS_H_
