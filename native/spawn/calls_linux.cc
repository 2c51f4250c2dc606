#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "spawn/calls.h"

namespace sexton::calls {
namespace {

// Makes a system call without the C library. Returns what the kernel does: the result, or -errno.
#if defined(__x86_64__)
constexpr bool kRaw = true;
long Raw(long number, long a, long b, long c, long d) {
  long result;
  register long r10 asm("r10") = d;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
               : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
constexpr bool kRaw = true;
long Raw(long number, long a, long b, long c, long d) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
constexpr bool kRaw = false;
long Raw(long number, long a, long b, long c, long d) {
  const long result = syscall(number, a, b, c, d);
  return result == -1 ? -errno : result;
}
#endif

template <typename T>
long Word(T* address) {
  return reinterpret_cast<long>(address);
}
template <typename T>
long Word(T number) {
  return static_cast<long>(number);
}

template <typename A = int, typename B = int, typename C = int, typename D = int>
long Call(long number, A a = 0, B b = 0, C c = 0, D d = 0) {
  return Raw(number, Word(a), Word(b), Word(c), Word(d));
}

template <typename... Arguments>
int CallInt(long number, Arguments... arguments) {
  return static_cast<int>(Call(number, arguments...));
}

#ifdef SYS_fcntl64
constexpr long kControl = SYS_fcntl64;
#else
constexpr long kControl = SYS_fcntl;
#endif

constexpr size_t kKernelMask = 8;  // the kernel's sigset_t: 64 signals
constexpr int kLastSignal = 64;

// The kernel's struct sigaction, in which all zeros are the default action. No architecture's is
// larger.
struct KernelAction {
  uint64_t words[8];
};

// The kernel's struct rlimit64.
struct KernelLimit {
  uint64_t soft, hard;
};

}  // namespace

bool LeaveErrnoAlone() { return kRaw; }

int Open(const char* path, int flags) { return CallInt(SYS_openat, AT_FDCWD, path, flags); }
int Close(int fd) { return CallInt(SYS_close, fd); }
int Control(int fd, int command, long argument) { return CallInt(kControl, fd, command, argument); }
int Duplicate(int fd, int target) { return CallInt(SYS_dup3, fd, target, 0); }
long Write(int fd, const void* bytes, size_t size) { return Call(SYS_write, fd, bytes, size); }

int ChangeDirectory(const char* path) { return CallInt(SYS_chdir, path); }
void SetUmask(mode_t mask) { Call(SYS_umask, mask); }
int SetLimit(int resource, uint64_t soft, uint64_t hard) {
  const KernelLimit limit = {soft, hard};
  return CallInt(SYS_prlimit64, 0, resource, &limit);
}

pid_t OwnPid() { return CallInt(SYS_getpid); }
pid_t ParentPid() { return CallInt(SYS_getppid); }
int NewSession() { return CallInt(SYS_setsid); }
int SetProcessGroup(pid_t group) { return CallInt(SYS_setpgid, 0, group); }
int Foreground(int terminal) {
  pid_t group = 0;
  const int result = CallInt(SYS_ioctl, terminal, TIOCGPGRP, &group);
  return result < 0 ? result : group;
}
int MoveToForeground(int terminal) {
  const pid_t group = CallInt(SYS_getpgid, 0);
  return CallInt(SYS_ioctl, terminal, TIOCSPGRP, &group);
}

int SetGroups(size_t count, const gid_t* groups) { return CallInt(SYS_setgroups, count, groups); }
int SetGroup(gid_t gid) { return CallInt(SYS_setresgid, gid, gid, gid); }
int SetUser(uid_t uid) { return CallInt(SYS_setresuid, uid, uid, uid); }
int SetDeathSignal(int signal) { return CallInt(SYS_prctl, PR_SET_PDEATHSIG, signal); }

int ResetSignals() {
  const KernelAction default_action = {};
  for (int signal = 1; signal <= kLastSignal; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    const int result = CallInt(SYS_rt_sigaction, signal, &default_action, 0, kKernelMask);
    if (result < 0) return result;
  }
  return 0;
}

void IgnoreSignal(int signal) {
  KernelAction ignore = {};
  ignore.words[0] = 1;  // SIG_IGN
  Call(SYS_rt_sigaction, signal, &ignore, 0, kKernelMask);
}

void SetMask(const sigset_t& mask) { Call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, kKernelMask); }

int Execute(const char* file, char** argv, char** env) {
  return CallInt(SYS_execve, file, argv, env);
}

void Exit(int code) {
  for (;;) Call(SYS_exit_group, code);
}

}  // namespace sexton::calls
