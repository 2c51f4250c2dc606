// Writes numbered lines to standard output, and waits for a signal then.
//
//   lines COUNT LENGTH RATE      RATE: lines a second, 0: as fast as they are taken

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TURNS 100 // a second

static char buffer[1 << 16];

static void write_all(const char* from, size_t length) {
  while (length > 0) {
    ssize_t written = write(STDOUT_FILENO, from, length);
    if (written < 0) _exit(1);
    from += written;
    length -= written;
  }
}

static void write_lines(long first, long count, int length) {
  size_t used = 0;
  for (long number = first; number < first + count; number++) {
    if (used + length > sizeof buffer) {
      write_all(buffer, used);
      used = 0;
    }
    memset(buffer + used, 'x', length);
    used += snprintf(buffer + used, length, "%09ld", number);
    buffer[used] = ' ';
    used += length - 9;
    buffer[used - 1] = '\n';
  }
  write_all(buffer, used);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  long count = atol(argv[1]), rate = atol(argv[3]);
  int length = atoi(argv[2]);
  if (length < 12 || length > 4096) return 2;
  long turn = rate > 0 ? rate / TURNS : count;
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (long first = 0; first < count; first += turn) {
    write_lines(first, turn < count - first ? turn : count - first, length);
    if (rate == 0) break;
    next.tv_nsec += 1000000000 / TURNS;
    if (next.tv_nsec >= 1000000000) {
      next.tv_sec++;
      next.tv_nsec -= 1000000000;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
  }
  pause();
  return 0;
}
