#ifndef SEXTON_PLATFORM_RETRY_H_
#define SEXTON_PLATFORM_RETRY_H_

#include <cerrno>

namespace sexton {

// Repeats `call` while a signal interrupts it. Returns its result, or -errno. A program that waits
// for children gets SIGCHLD all the time, so a call without a retry would lose an exit.
template <typename Call>
long Retry(Call call) {
  long result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result == -1 ? -errno : result;
}

}  // namespace sexton

#endif  // SEXTON_PLATFORM_RETRY_H_
