// A child that is light and stays until it is killed, by its parent's end at the latest:
//
//   pause [PARENT]    PARENT: the pid of its parent, which may have died before the prctl() was there
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **words) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (count == 2 && getppid() != atoi(words[1])) return 0;
  pause();
  return 0;
}
