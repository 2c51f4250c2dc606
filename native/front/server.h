#ifndef SEXTON_FRONT_SERVER_H_
#define SEXTON_FRONT_SERVER_H_

#include "front/place.h"
#include "platform/descriptors.h"

namespace sexton::front {

// Connects to the server. Where there is none, starts one that ends with its last container. 0 or
// -errno: -EPERM if the server or one of its files is another user's, -EEXIST if there is a
// file that is not a socket, -ETIMEDOUT if the server takes no connection.
int Connect(const Place& place, UniqueFd* connection);

// Becomes a server that stays. Returns only if that fails: -errno; -EAGAIN if there is one already.
int BecomeServer(const Place& place);

}  // namespace sexton::front

#endif  // SEXTON_FRONT_SERVER_H_
