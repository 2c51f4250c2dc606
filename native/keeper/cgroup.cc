#include "keeper/cgroup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "platform/process.h"

namespace sexton {
namespace {

// A failure is no end of the ending: the tree is ended in any case.
void Write(int fd, const char* digit) {
  Retry([&] { return pwrite(fd, digit, 1, 0); });
}

}  // namespace

bool Cgroup::Open(int directory) {
  kill_ = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);
  if (kill_ < 0 && errno != ENOENT) return false;
  freeze_ = openat(directory, "cgroup.freeze", O_WRONLY | O_CLOEXEC);
  return freeze_ >= 0;
}

void Cgroup::Freeze() const { Write(freeze_, "1"); }

void Cgroup::Thaw() const { Write(freeze_, "0"); }

void Cgroup::Kill() const {
  if (kill_ >= 0) return Write(kill_, "1");
  groups_.KillMembers(proc_);
}

}  // namespace sexton
