#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "platform/descriptors.h"
#include "spawn/child_calls.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace sexton {
namespace {

constexpr size_t kKernelMask = 8;  // the kernel's sigset_t: 64 signals
constexpr int kLastSignal = 64;
constexpr long kPidfs = 0x50494446;  // PID_FS_MAGIC of <linux/magic.h>

// The kernel's struct sigaction, in which all zeros are the default action. No architecture's is
// larger.
struct KernelAction {
  uint64_t words[8];
};

}  // namespace

// pthread_sigmask() would refuse to block 32 and 33, and glibc's handler for setuid() in another
// thread could then run in the child.
void BlockAllSignals(sigset_t* original) {
  const uint64_t all = ~uint64_t{0};
  std::memset(original, 0, sizeof *original);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, original, kKernelMask);
}

void RestoreMask(const sigset_t& mask) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, kKernelMask);
}

int ResetSignals() {
  const KernelAction default_action = {};
  for (int signal = 1; signal <= kLastSignal; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    if (syscall(SYS_rt_sigaction, signal, &default_action, nullptr, kKernelMask) != 0) return -1;
  }
  return 0;
}

int SetGroups(size_t count, const gid_t* groups) {
  return static_cast<int>(syscall(SYS_setgroups, count, groups));
}

int SetGroup(gid_t gid) { return static_cast<int>(syscall(SYS_setresgid, gid, gid, gid)); }

int SetUser(uid_t uid) { return static_cast<int>(syscall(SYS_setresuid, uid, uid, uid)); }

bool OwnPidfdId(uint64_t* id) {
  const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
  if (pidfd < 0) return false;
  struct statfs system;
  FileId file;
  // Without pidfs every pidfd has the inode that all anonymous files share.
  const bool found =
      fstatfs(pidfd, &system) == 0 && system.f_type == kPidfs && ReadFileId(pidfd, &file);
  close(pidfd);
  if (found) *id = file.inode;
  return found;
}

int SetDeathSignal(int signal) {
  return static_cast<int>(syscall(SYS_prctl, PR_SET_PDEATHSIG, signal, 0, 0, 0));
}

}  // namespace sexton
