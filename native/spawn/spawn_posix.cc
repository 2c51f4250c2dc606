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

pid_t CreateUnawaited(Birth*, char*, int* pidfd) {
  *pidfd = -1;
  return -ENOSYS;
}

void AwaitLeaving(const uint32_t*, int) {}
void ForgetFrames(char*) {}

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

}  // namespace sexton
