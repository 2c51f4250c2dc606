#include <grp.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>

#include "spawn/child.h"

namespace sexton {

pid_t CreateChild(Birth* birth, int* pidfd) {
  *pidfd = -1;
  const pid_t pid = fork();
  if (pid == 0) RunChild(birth);
  return pid < 0 ? -errno : pid;
}

Undumpable::Undumpable(bool changes_credentials) : changes_credentials_(changes_credentials) {}
Undumpable::~Undumpable() { static_cast<void>(changes_credentials_); }

int BlockAllSignals(sigset_t* original) {
  sigset_t all;
  sigfillset(&all);
  return -pthread_sigmask(SIG_SETMASK, &all, original);
}

void RestoreMask(const sigset_t& mask) { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }

sigset_t MakeMask(uint64_t bits) {
  sigset_t mask;
  sigemptyset(&mask);
  for (int signal = 1; bits != 0; ++signal, bits >>= 1) {
    if ((bits & 1) != 0) sigaddset(&mask, signal);
  }
  return mask;
}

void IgnoreSignal(int signal) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(signal, &ignore, nullptr);
}

int ResetSignals() {
  struct sigaction default_action = {};
  default_action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    // The C library refuses the signals that it uses itself, with EINVAL.
    if (sigaction(signal, &default_action, nullptr) != 0 && errno != EINVAL) return -1;
  }
  return 0;
}

int SetGroups(size_t count, const gid_t* groups) {
  return setgroups(static_cast<int>(count), groups);
}

int SetGroup(gid_t gid) { return setgid(gid); }

int SetUser(uid_t uid) { return setuid(uid); }

}  // namespace sexton
