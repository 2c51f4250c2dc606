#ifndef SEXTON_PLATFORM_UNIX_SOCKETS_H_
#define SEXTON_PLATFORM_UNIX_SOCKETS_H_

#include <sys/types.h>

#include <cstddef>

#include "platform/descriptors.h"

// Sockets of the family AF_UNIX, of each type (unix(7)). Every socket is close-on-exec and
// non-blocking. A negative result is -errno: -EAGAIN where the call would wait, -ENOSYS on a
// platform without these calls.

namespace sexton {

// The most descriptors that one message can carry (SCM_MAX_FD of the kernel).
constexpr int kMostPassed = 253;

// A message as it was received. The descriptors are close-on-exec, and belong to the receiver.
struct Message {
  int flags = 0;  // MSG_TRUNC: its end was lost; MSG_CTRUNC: descriptors were lost
  int count = 0;
  int fds[kMostPassed];
};

// The process at the other end, as it was when it connected or listened.
struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

int OpenUnixSocket(int type, UniqueFd* fd);
int BindUnixSocket(int fd, const char* path, size_t size);
int ConnectUnixSocket(int fd, const char* path, size_t size);
int ListenUnixSocket(int fd, int backlog);
int AcceptUnixSocket(int fd, UniqueFd* client);
int ReadPeer(int fd, Peer* peer);

// Sends bytes, and copies of `count` descriptors with them. Never raises SIGPIPE. The number of
// bytes sent.
long SendMessage(int fd, const void* bytes, size_t size, int flags, const int* fds, int count);

// Receives one message, or what a stream has. The number of bytes; 0 at the end of a stream.
long ReceiveMessage(int fd, void* bytes, size_t size, int flags, Message* message);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_UNIX_SOCKETS_H_
