#ifndef SEXTON_NODE_OPEN_FDS_H_
#define SEXTON_NODE_OPEN_FDS_H_

#include <vector>

namespace sexton {

// The descriptors that JavaScript holds as bare numbers. A worker that is terminated in mid-flight
// never closes them; this does, when its environment ends.
class OpenFds {
 public:
  ~OpenFds();
  int Add(int fd);      // gives `fd` back, so that it wraps a call; negative results pass through
  void Close(int fd);   // a number that is not ours is left alone: a double close hits a stranger
  void Forget(int fd);  // someone else closes it from now on

 private:
  bool Take(int fd);  // whether it was ours

  std::vector<bool> ours_;  // by number
};

}  // namespace sexton

#endif  // SEXTON_NODE_OPEN_FDS_H_
