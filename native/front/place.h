#ifndef SEXTON_FRONT_PLACE_H_
#define SEXTON_FRONT_PLACE_H_

#include <limits.h>

#include "platform/descriptors.h"

namespace sexton::front {

// Where the server of this user is: one fixed place, because managers pass hardly any environment
// on. SEXTON_SHIM_SOCKET may name another.
class Place {
 public:
  // Initializers of the members would be a constant of 8 kB.
  Place() { socket_[0] = about_[0] = '\0'; }

  // Finds the place, and makes its folder. `socket` may be null. Null, or what is wrong: with a
  // colon at its end, `about()` follows.
  const char* Find(const char* socket);

  const char* socket() const { return socket_; }
  const char* about() const { return about_; }

  // Takes the lock that a server has for its whole life. 0, or -errno; -EAGAIN if one has it.
  // -EPERM if it is another user's.
  int Lock(UniqueFd* lock) const;

  // Removes the socket of a server that was killed. The lock must be held. 0, or -errno: -EPERM if
  // it, or the folder of the keepers, is another user's, -EEXIST if it is not a socket.
  int Clear() const;

  // Writes the pid of this process, the server, into its lock.
  static void NotePid(int lock);

  // Whether the server is stopped, as by SIGSTOP. False if nobody knows its pid.
  bool IsServerStopped() const;

 private:
  static constexpr char kLock[] = ".lock";

  const char* UseSocket(const char* socket);
  const char* UseFolder(const char* parent);
  const char* CheckLength();

  char socket_[PATH_MAX];
  char about_[PATH_MAX];
};

}  // namespace sexton::front

#endif  // SEXTON_FRONT_PLACE_H_
