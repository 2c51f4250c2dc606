// Tells for how many microseconds after its exec an init is deaf as PID 1:
//
//   deaf ROUNDS SPAN INIT [ARGUMENT…]
//
// Each round starts the init as PID 1 of a namespace, and sends it SIGUSR1 at a random instant of
// the first SPAN microseconds. The kernel drops a signal that PID 1 neither blocks nor handles. The
// command, `deaf` without words, then exits with 0; otherwise the signal ends it.
//
// The init has a processor of its own: beside the wait for the instant it would not run at all.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIFE = 20 };  // ms: longer than SPAN, so that no signal comes after the command

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static cpu_set_t processors;  // that it might use when it began

// Keeps this process to the nth of them, if there are so many.
static void keep_to(int nth) {
  cpu_set_t one;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &processors) || nth-- > 0) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

static void become_init(char **words) {
  keep_to(1);
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
      mount("proc", "/proc", "proc", 0, NULL) == 0) {
    execvp(words[0], words);
  }
  _exit(1);
}

// Whether a signal at this instant was lost.
static int is_lost(double instant, char **words) {
  int ends[2], status;
  if (pipe2(ends, O_CLOEXEC) < 0) exit(1);
  const pid_t pid =
      syscall(SYS_clone, SIGCHLD | CLONE_NEWPID | CLONE_NEWNS, NULL, NULL, NULL, NULL);
  if (pid < 0) exit(1);
  if (pid == 0) become_init(words);
  close(ends[1]);
  char byte;
  if (read(ends[0], &byte, 1) != 0) exit(1);  // the exec has closed the other end
  close(ends[0]);
  const double end = now() + instant;
  while (now() < end) {
  }
  kill(pid, SIGUSR1);
  waitpid(pid, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 1) exit(1);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int count, char **words) {
  const struct timespec life = {0, LIFE * 1000000};
  if (count == 1) return nanosleep(&life, NULL);
  if (count < 4) return 2;
  const int rounds = atoi(words[1]);
  const double span = atof(words[2]);
  int lost = 0;
  srandom(getpid());
  sched_getaffinity(0, sizeof processors, &processors);
  keep_to(0);
  for (int i = 0; i < rounds; ++i) lost += is_lost(span * random() / RAND_MAX, words + 3);
  printf("%.0f\n", span * lost / rounds);
  return 0;
}
