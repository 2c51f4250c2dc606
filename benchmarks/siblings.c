// Starts programs as children of its own parent, which the libraries there know nothing of, and prints their pids:
//
//   siblings COUNT FILE [ARGUMENT]

#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void become(char **words) {
  const int null_device = open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; ++fd) dup2(null_device, fd);
  close(null_device);
  execv(words[0], words);
  _exit(127);
}

int main(int count, char **words) {
  if (count < 3) return 2;
  for (int i = 0; i < atoi(words[1]); ++i) {
    const long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (pid < 0) return 1;
    if (pid == 0) become(words + 2);
    printf("%ld\n", pid);
    fflush(stdout);  // or a later child would have it in its buffer
  }
  return 0;
}
