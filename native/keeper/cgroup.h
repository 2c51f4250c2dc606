#ifndef SEXTON_KEEPER_CGROUP_H_
#define SEXTON_KEEPER_CGROUP_H_

#include <fcntl.h>
#include <unistd.h>

#include "platform/process.h"

namespace sexton {

// The cgroup of a job (version 2), which is frozen and killed as a whole. No process of it is
// missed, however fast they fork.
class Cgroup {
 public:
  // Opens its files: the directory's descriptor is the command's, and is closed soon. False without
  // cgroup.freeze (Linux 5.2) or cgroup.kill (Linux 5.14).
  bool Open(int directory) {
    freeze_ = openat(directory, "cgroup.freeze", O_WRONLY | O_CLOEXEC);
    kill_ = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    return freeze_ >= 0 && kill_ >= 0;
  }

  bool is_open() const { return kill_ >= 0; }
  void Freeze() { Write(freeze_, "1"); }
  void Thaw() { Write(freeze_, "0"); }
  void Kill() { Write(kill_, "1"); }

 private:
  // A failure is no end of the ending: the tree is ended in any case.
  static void Write(int fd, const char* digit) {
    Retry([&] { return pwrite(fd, digit, 1, 0); });
  }

  int freeze_ = -1;
  int kill_ = -1;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_CGROUP_H_
