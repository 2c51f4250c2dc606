// A container runtime that takes no time: its container is a process that waits to be killed.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char** words) {
  const char* pidfile = NULL;
  for (int i = 1; i + 1 < count; ++i) {
    if (strcmp(words[i], "--pid-file") == 0) pidfile = words[i + 1];
  }
  if (pidfile == NULL) return 1;
  const pid_t pid = fork();
  if (pid == 0) {
    setsid();
    for (;;) pause();
  }
  const int fd = open(pidfile, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  return pid < 0 || fd < 0 || dprintf(fd, "%d", pid) < 0;
}
