#ifndef SEXTON_FRONT_PLACE_H_
#define SEXTON_FRONT_PLACE_H_

#include <limits.h>

#include "platform/descriptors.h"

namespace sexton::front {

// Where the server of this user is: one fixed place, because managers pass hardly any environment
// on. SEXTON_SHIM_SOCKET may name another.
class Place {
 public:
  // Finds the place, and makes its folder. `socket` may be null. Null, or what is wrong.
  const char* Find(const char* socket);

  const char* socket() const { return socket_; }

  // Takes the lock that a server has for its whole life. 0, or -errno; -EAGAIN if one has it.
  int Lock(UniqueFd* lock) const;

 private:
  const char* UseFolder(const char* parent, const char* name);

  char socket_[PATH_MAX];
};

}  // namespace sexton::front

#endif  // SEXTON_FRONT_PLACE_H_
