// The same work without Node: start a program and wait for its end, and see the end of one that is killed,
// by clone(2) as vfork() does it, execve(2), pidfds in an epoll set, waitid(2).
//
//   limit return FILE COUNT   microseconds from the start until the caller goes on, a line each
//   limit spawn FILE COUNT    microseconds from the start until the end was seen, a line each
//   limit kill FILE COUNT     microseconds from the kill until the end was seen, a line each
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
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
static char *file;
static int epoll_fd;

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static const int warm_ups = 50;

// As `stdio: 'ignore'` has it.
static int child(void *unused) {
  (void)unused;
  const int null_device = open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; ++fd) dup2(null_device, fd);
  close(null_device);
  char *argv[] = {file, NULL};
  execve(file, argv, environ);
  _exit(127);
}

static pid_t start(int *pidfd) {
  const int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  const pid_t pid = clone(child, stack + sizeof stack, flags, NULL, pidfd);
  if (pid < 0) exit(1);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = *pidfd};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, *pidfd, &event);
  return pid;
}

static void await_end(int pidfd) {
  struct epoll_event event;
  siginfo_t info;
  epoll_wait(epoll_fd, &event, 1, -1);
  waitid(P_PIDFD, (id_t)event.data.fd, &info, WEXITED);
  close(pidfd);
}

int main(int count, char **words) {
  if (count != 4) return 2;
  const int kills = strcmp(words[1], "kill") == 0;
  const int returns = strcmp(words[1], "return") == 0;
  file = words[2];
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  for (long i = -warm_ups; i < atol(words[3]); ++i) {
    int pidfd = -1;
    double begun = microseconds();
    const pid_t pid = start(&pidfd);
    if (kills) {
      usleep(2000);  // until it rests
      begun = microseconds();
      kill(pid, SIGKILL);
    }
    const double returned = microseconds();
    await_end(pidfd);
    if (i >= 0) printf("%.1f\n", (returns ? returned : microseconds()) - begun);
  }
  return 0;
}
