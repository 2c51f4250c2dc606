#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "spawn/child.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

namespace sexton {
namespace {

// The child borrows the parent's memory until exec. It needs frames of its own, because it would
// overwrite those that the parent returns to. While the parent's thread sleeps, they lie in a part
// of the parent's stack: a mapping would cost as much as the birth, because unmapping it interrupts
// every processor that runs one of our threads.
struct ChildStack {
  alignas(16) char bytes[kStackSize];
};

int Enter(void* birth) { RunChild(static_cast<Birth*>(birth)); }

// struct clone_args of clone3(2), as of CLONE_INTO_CGROUP (Linux 5.7).
struct CloneArgs {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
      set_tid_size, cgroup;
};

// Calls clone3(2), for which the C library has no wrapper. The child has no frame to return to, so
// the call and the jump to Enter() are one piece of assembly. `enter` and `birth` are in registers
// that the kernel copies to the child.
#if defined(__x86_64__)
long Clone3(CloneArgs* args, int (*enter)(void*), void* birth) {
  long result;
  register int (*enter_register)(void*) asm("r12") = enter;
  register void* birth_register asm("r13") = birth;
  asm volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %%r13, %%rdi\n\t"
      "callq *%%r12\n\t"
      "hlt\n"
      "1:"
      : "=a"(result)
      : "a"(SYS_clone3), "D"(args), "S"(sizeof *args), "r"(enter_register), "r"(birth_register)
      : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
long Clone3(CloneArgs* args, int (*enter)(void*), void* birth) {
  register long x8 asm("x8") = SYS_clone3;
  register long x0 asm("x0") = reinterpret_cast<long>(args);
  register long x1 asm("x1") = sizeof *args;
  register int (*enter_register)(void*) asm("x19") = enter;
  register void* birth_register asm("x20") = birth;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, x20\n\t"
      "blr x19\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(enter_register), "r"(birth_register)
      : "memory", "x30");
  return x0;
}
#else
long Clone3(CloneArgs*, int (*)(void*), void*) { return -ENOSYS; }
#endif

int64_t MonotonicNanoseconds() {
  struct timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

constexpr int kFutexWait = 0;      // FUTEX_WAIT of <linux/futex.h>, which a musl compiler may lack
constexpr size_t kKernelMask = 8;  // the kernel's sigset_t: 64 signals

int PidfdFlag(const SpawnPlan& plan) { return Has(plan, kPidfd) ? CLONE_PIDFD : 0; }

long CloneIntoCgroup(Birth* birth, char* stack, int flags, int* pidfd) {
  CloneArgs args = {};
  args.flags = static_cast<unsigned>(flags) | CLONE_INTO_CGROUP;
  args.pidfd = reinterpret_cast<uint64_t>(pidfd);
  args.child_tid = reinterpret_cast<uint64_t>(&birth->occupied);
  args.exit_signal = SIGCHLD;
  args.stack = reinterpret_cast<uint64_t>(stack);
  args.stack_size = kStackSize;
  args.cgroup = static_cast<uint64_t>(birth->plan->cgroup_fd);
  return Clone3(&args, Enter, birth);
}

// `flags` is CLONE_VFORK or 0.
pid_t Clone(Birth* birth, char* stack, int flags, int* pidfd) {
  // A kernel before 5.2 ignores CLONE_PIDFD, and this stays -1.
  *pidfd = -1;
  flags |= CLONE_VM | CLONE_CHILD_CLEARTID | PidfdFlag(*birth->plan);
  if (birth->plan->cgroup_fd != kUnchanged) {
    return static_cast<pid_t>(CloneIntoCgroup(birth, stack, flags, pidfd));
  }
  const pid_t pid =
      clone(Enter, stack + kStackSize, flags | SIGCHLD, birth, pidfd, nullptr, &birth->occupied);
  return pid < 0 ? -errno : pid;
}

// All threads share this process's memory. The first child notes whether it was dumpable; the last
// one restores that.
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int children = 0;
bool was_dumpable = false;

}  // namespace

pid_t CreateChild(Birth* birth, int* pidfd) {
  ChildStack stack;
  const pid_t pid = Clone(birth, stack.bytes, CLONE_VFORK, pidfd);
  ForgetFrames(stack.bytes);
  return pid;
}

pid_t CreateUnawaited(Birth* birth, char* stack, int* pidfd) {
  return Clone(birth, stack, 0, pidfd);
}

// The kernel wakes one waiter when it has set the word, and it knows nothing of private futexes. A
// signal of this thread interrupts the wait: without another one, a child that fails a moment later
// would count as started.
void AwaitLeaving(const uint32_t* occupied, int milliseconds) {
  const int64_t end = MonotonicNanoseconds() + milliseconds * int64_t{1'000'000};
  while (__atomic_load_n(occupied, __ATOMIC_ACQUIRE) != 0) {
    const int64_t left = end - MonotonicNanoseconds();
    if (left <= 0) return;
    const struct timespec patience = {left / 1'000'000'000, left % 1'000'000'000};
    syscall(SYS_futex, occupied, kFutexWait, 1, &patience, nullptr, 0);
  }
}

// The child leaves its frames for good in exec. The sanitizer's marks on them would otherwise hit
// the next function that uses this part of the memory.
#ifdef __SANITIZE_ADDRESS__
void ForgetFrames(char* stack) { __asan_unpoison_memory_region(stack, kStackSize); }
#else
void ForgetFrames(char*) {}
#endif

Undumpable::Undumpable(bool changes_credentials) : changes_credentials_(changes_credentials) {
  if (!changes_credentials_) return;
  pthread_mutex_lock(&lock);
  if (children == 0) was_dumpable = prctl(PR_GET_DUMPABLE) == 1;
  ++children;
  pthread_mutex_unlock(&lock);
}

Undumpable::~Undumpable() {
  if (!changes_credentials_) return;
  pthread_mutex_lock(&lock);
  --children;
  if (children == 0 && was_dumpable) prctl(PR_SET_DUMPABLE, 1);
  pthread_mutex_unlock(&lock);
}

// pthread_sigmask() would refuse to block 32 and 33, and glibc's handler for setuid() in another
// thread could then run in the child.
int BlockAllSignals(sigset_t* original) {
  const uint64_t all = ~uint64_t{0};
  std::memset(original, 0, sizeof *original);
  const long result = syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, original, kKernelMask);
  return result < 0 ? -errno : 0;
}

void RestoreMask(const sigset_t& mask) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, kKernelMask);
}

sigset_t MakeMask(uint64_t bits) {
  sigset_t mask;
  std::memset(&mask, 0, sizeof mask);
  std::memcpy(&mask, &bits, kKernelMask);
  return mask;
}

}  // namespace sexton
