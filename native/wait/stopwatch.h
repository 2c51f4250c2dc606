#ifndef SEXTON_WAIT_STOPWATCH_H_
#define SEXTON_WAIT_STOPWATCH_H_

#include <time.h>

#include <cstdint>

namespace sexton {

// How long this thread has run since. Time in which others had the processor does not count; to ask
// for that takes a system call, so the clock is asked first, which takes none.
class Stopwatch {
 public:
  bool Exceeds(int64_t nanoseconds) const {
    return Now(CLOCK_MONOTONIC) - begun_ > nanoseconds &&
           Now(CLOCK_THREAD_CPUTIME_ID) - used_ > nanoseconds;
  }

 private:
  static int64_t Now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
  }

  const int64_t begun_ = Now(CLOCK_MONOTONIC);
  const int64_t used_ = Now(CLOCK_THREAD_CPUTIME_ID);
};

}  // namespace sexton

#endif  // SEXTON_WAIT_STOPWATCH_H_
