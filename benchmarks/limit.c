// The same work without Node: start a program and wait for its end, and see the end of one that is killed, by clone3(2)
// as vfork() does it, execve(2), pidfds in an epoll set, waitid(2). Signals are treated as a correct spawn must: they are
// blocked around the clone, the child gets the default dispositions (CLONE_CLEAR_SIGHAND) and then the mask of its parent.
// This program ignores no signal, and knows it; a library would have to look which are ignored, and reset those too.
//
// For each line of its standard input it prints the times in microseconds, in a line:
//
//   return COUNT FILE   from the start until the caller goes on
//   spawn COUNT FILE    from the start until the end was seen
//   kill COUNT FILE     from the kill until the end was seen
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char stack[65536] __attribute__((aligned(16)));
static char file[4096];
static int epoll_fd;
static sigset_t mask;

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

// As `stdio: 'ignore'` has it. It runs on the memory of its parent, which waits.
static void child(void) {
  const int null_device = open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; ++fd) dup2(null_device, fd);
  close(null_device);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  char *argv[] = {file, NULL};
  execve(file, argv, environ);
  _exit(127);
}

// The C library has no clone3(), and its clone() has no room for CLONE_CLEAR_SIGHAND.
static long clone_child(struct clone_args *args) {
#if defined(__x86_64__)
  long result = SYS_clone3;
  __asm__ volatile("syscall; test %%rax, %%rax; jnz 1f; call *%[child]; 1:"
                   : "+a"(result)
                   : "D"(args), "S"(sizeof *args), [child] "r"(child)
                   : "rcx", "r11", "memory");
#elif defined(__aarch64__)
  register long number __asm__("x8") = SYS_clone3;
  register long result __asm__("x0") = (long)args;
  register long size __asm__("x1") = sizeof *args;
  __asm__ volatile("svc 0; cbnz x0, 1f; blr %[child]; 1:"
                   : "+r"(result)
                   : "r"(number), "r"(size), [child] "r"(child)
                   : "x30", "memory");
#else
#error "clone_child() is written for x86-64 and arm64"
#endif
  return result;
}

static pid_t start(int *pidfd) {
  struct clone_args args = {
      .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
      .exit_signal = SIGCHLD,
      .pidfd = (uintptr_t)pidfd,
      .stack = (uintptr_t)stack,
      .stack_size = sizeof stack,
  };
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &mask);
  const long pid = clone_child(&args);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  if (pid < 0) {
    fprintf(stderr, "limit: clone3 failed: %s\n", strerror((int)-pid));
    exit(1);
  }
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = *pidfd};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, *pidfd, &event);
  return (pid_t)pid;
}

static void await_end(int pidfd) {
  struct epoll_event event;
  siginfo_t info;
  epoll_wait(epoll_fd, &event, 1, -1);
  waitid(P_PIDFD, (id_t)event.data.fd, &info, WEXITED);
  close(pidfd);
}

static double measured(const char *work) {
  int pidfd = -1;
  double begun = microseconds();
  const pid_t pid = start(&pidfd);
  const double returned = microseconds();
  if (strcmp(work, "kill") == 0) {
    usleep(2000);  // until it rests
    begun = microseconds();
    kill(pid, SIGKILL);
  }
  await_end(pidfd);
  return (strcmp(work, "return") == 0 ? returned : microseconds()) - begun;
}

int main(void) {
  char work[16];
  int count;
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  while (scanf("%15s %d %4095s", work, &count, file) == 3) {
    for (int i = 0; i < count; ++i) printf(i == 0 ? "%.1f" : " %.1f", measured(work));
    printf("\n");
    fflush(stdout);
  }
  return 0;
}
