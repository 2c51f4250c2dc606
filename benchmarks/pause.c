// A child that is light and stays until it is killed, by its parent's end at the latest.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pause();
  return 0;
}
