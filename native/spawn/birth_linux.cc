#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "spawn/spawn.h"

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

// The child borrows our memory until it runs exec, and our thread sleeps until then: nothing is
// copied, however large we are. It needs frames of its own, or it would overwrite those that we
// return to, and has them in a part of our stack: a mapping would cost as much as the birth, for to
// unmap it interrupts every processor that runs one of our threads.
constexpr size_t kStackSize = 32 * 1024;
struct ChildStack {
  alignas(16) char bytes[kStackSize];
};

// The child leaves its frames for good in exec: what the sanitizer has marked there as forbidden
// would otherwise be held against whatever uses this part of the stack next.
#ifdef __SANITIZE_ADDRESS__
void ForgetFrames(ChildStack* stack) { __asan_unpoison_memory_region(stack->bytes, kStackSize); }
#else
void ForgetFrames(ChildStack*) {}
#endif

int Enter(void* plan) { RunChild(static_cast<SpawnPlan*>(plan)); }

// struct clone_args of clone3(2), as of CLONE_INTO_CGROUP (Linux 5.7).
struct CloneArgs {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
      set_tid_size, cgroup;
};

// The C library has no wrapper: in the child there is no frame to return to, so the call and the
// jump to Enter() must be one piece of assembly. `enter` and `plan` live in registers that the
// kernel copies to the child.
#if defined(__x86_64__)
long Clone3(CloneArgs* args, int (*enter)(void*), void* plan) {
  long result;
  register int (*enter_register)(void*) asm("r12") = enter;
  register void* plan_register asm("r13") = plan;
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
      : "a"(SYS_clone3), "D"(args), "S"(sizeof *args), "r"(enter_register), "r"(plan_register)
      : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
long Clone3(CloneArgs* args, int (*enter)(void*), void* plan) {
  register long x8 asm("x8") = SYS_clone3;
  register long x0 asm("x0") = reinterpret_cast<long>(args);
  register long x1 asm("x1") = sizeof *args;
  register int (*enter_register)(void*) asm("x19") = enter;
  register void* plan_register asm("x20") = plan;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, x20\n\t"
      "blr x19\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(enter_register), "r"(plan_register)
      : "memory", "x30");
  return x0;
}
#else
long Clone3(CloneArgs*, int (*)(void*), void*) { return -ENOSYS; }
#endif

long CloneIntoCgroup(ChildStack* stack, SpawnPlan* plan, int* pidfd) {
  CloneArgs args = {};
  args.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP | (plan->want_pidfd ? CLONE_PIDFD : 0);
  args.pidfd = reinterpret_cast<uint64_t>(pidfd);
  args.exit_signal = SIGCHLD;
  args.stack = reinterpret_cast<uint64_t>(stack->bytes);
  args.stack_size = kStackSize;
  args.cgroup = static_cast<uint64_t>(plan->cgroup_fd);
  return Clone3(&args, Enter, plan);
}

}  // namespace

pid_t CreateChild(SpawnPlan* plan, int* pidfd) {
  ChildStack stack;
  // A kernel before 5.2 ignores CLONE_PIDFD and leaves this -1.
  *pidfd = -1;
  int pid;
  if (plan->cgroup_fd >= 0) {
    pid = static_cast<int>(CloneIntoCgroup(&stack, plan, pidfd));
  } else {
    const int flags = CLONE_VM | CLONE_VFORK | SIGCHLD | (plan->want_pidfd ? CLONE_PIDFD : 0);
    pid = clone(Enter, stack.bytes + kStackSize, flags, plan, pidfd);
    if (pid < 0) pid = -errno;
  }
  ForgetFrames(&stack);
  return pid;
}

}  // namespace sexton
