#ifndef SEXTON_PLATFORM_RETRY_H_
#define SEXTON_PLATFORM_RETRY_H_

#include <cerrno>

namespace sexton {

// Calls `call` until it is not interrupted; gives its result, or -errno. SIGCHLD is this library's
// constant companion, so an EINTR that is not retried is a lost exit.
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
