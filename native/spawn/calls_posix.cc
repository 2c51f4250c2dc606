#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/process.h"
#include "spawn/calls.h"

// The child is a fork, with an errno of its own.

namespace sexton::calls {
namespace {

template <typename T>
T OrError(T result) {
  return result == -1 ? -errno : result;
}

rlim_t LimitValue(uint64_t value) {
  return value == ~uint64_t{0} ? RLIM_INFINITY : static_cast<rlim_t>(value);
}

}  // namespace

bool LeaveErrnoAlone() { return false; }

int Open(const char* path, int flags) { return OrError(open(path, flags)); }
int Close(int fd) { return OrError(close(fd)); }
int Control(int fd, int command, long argument) { return OrError(fcntl(fd, command, argument)); }
int Duplicate(int fd, int target) { return OrError(dup2(fd, target)); }
long Write(int fd, const void* bytes, size_t size) {
  return OrError(static_cast<long>(write(fd, bytes, size)));
}

int ChangeDirectory(const char* path) { return OrError(chdir(path)); }
void SetUmask(mode_t mask) { umask(mask); }
int SetLimit(int resource, uint64_t soft, uint64_t hard) {
  const struct rlimit limit = {LimitValue(soft), LimitValue(hard)};
  return OrError(setrlimit(resource, &limit));
}

pid_t OwnPid() { return getpid(); }
pid_t ParentPid() { return getppid(); }
int NewSession() { return OrError(setsid()); }
int SetProcessGroup(pid_t group) { return OrError(setpgid(0, group)); }
int Foreground(int terminal) { return OrError(tcgetpgrp(terminal)); }
int MoveToForeground(int terminal) { return OrError(tcsetpgrp(terminal, getpgrp())); }

int SetGroups(size_t count, const gid_t* groups) {
  return OrError(setgroups(static_cast<int>(count), groups));
}
int SetGroup(gid_t gid) { return OrError(setgid(gid)); }
int SetUser(uid_t uid) { return OrError(setuid(uid)); }
int SetDeathSignal(int signal) { return OrError(sexton::SetDeathSignal(signal)); }

int ResetSignals() {
  struct sigaction default_action = {};
  default_action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    // The C library refuses the signals that it uses itself, with EINVAL.
    if (sigaction(signal, &default_action, nullptr) != 0 && errno != EINVAL) return -errno;
  }
  return 0;
}

void IgnoreSignal(int signal) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(signal, &ignore, nullptr);
}

void SetMask(const sigset_t& mask) { sigprocmask(SIG_SETMASK, &mask, nullptr); }

int Execute(const char* file, char** argv, char** env) { return OrError(execve(file, argv, env)); }

void Exit(int code) { _exit(code); }

}  // namespace sexton::calls
