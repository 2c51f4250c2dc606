#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "platform/process.h"
#include "platform/unix_sockets.h"

namespace sexton {
namespace {

// Fills an address, and returns its length; 0 if the path does not fit: the kernel would cut it
// off. An abstract name begins with a NUL, and has no other at its end.
socklen_t FillAddress(const char* path, size_t size, sockaddr_un* address) {
  *address = {};
  address->sun_family = AF_UNIX;
  if (size == 0 || size >= sizeof address->sun_path) return 0;
  std::memcpy(address->sun_path, path, size);
  const size_t end = path[0] == '\0' ? size : size + 1;
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + end);
}

template <typename Call>
int WithAddress(const char* path, size_t size, Call call) {
  sockaddr_un address;
  const socklen_t length = FillAddress(path, size, &address);
  if (length == 0) return -ENAMETOOLONG;
  return call(reinterpret_cast<const sockaddr*>(&address), length) == 0 ? 0 : -errno;
}

// Room for the descriptors of one message, aligned as the C library's macros need it.
union Control {
  cmsghdr header;
  char room[CMSG_SPACE(sizeof(int) * kMostPassed)];
};

// Takes over the descriptors that came with a message.
void TakeDescriptors(msghdr* header, Message* message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(header); part != nullptr; part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t bytes = part->cmsg_len - CMSG_LEN(0);
    std::memcpy(message->fds + message->count, CMSG_DATA(part), bytes);
    message->count += static_cast<int>(bytes / sizeof(int));
  }
}

}  // namespace

int OpenUnixSocket(int type, UniqueFd* fd) {
  fd->Reset(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return fd->valid() ? 0 : -errno;
}

int BindUnixSocket(int fd, const char* path, size_t size) {
  return WithAddress(path, size, [fd](auto... address) { return bind(fd, address...); });
}

// Without a retry: an interrupted connect() goes on by itself, and a second one would fail.
int ConnectUnixSocket(int fd, const char* path, size_t size) {
  return WithAddress(path, size, [fd](auto... address) { return connect(fd, address...); });
}

int ListenUnixSocket(int fd, int backlog) { return listen(fd, backlog) == 0 ? 0 : -errno; }

int AcceptUnixSocket(int fd, UniqueFd* client) {
  const long accepted =
      Retry([&] { return accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); });
  if (accepted < 0) return static_cast<int>(accepted);
  client->Reset(static_cast<int>(accepted));
  return 0;
}

int ReadPeer(int fd, Peer* peer) {
  ucred credentials = {};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -errno;
  *peer = {credentials.pid, credentials.uid, credentials.gid};
  return 0;
}

long SendMessage(int fd, const void* bytes, size_t size, int flags, const int* fds, int count) {
  if (count > kMostPassed) return -EINVAL;
  iovec piece = {const_cast<void*>(bytes), size};
  msghdr header = {};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  Control control = {};
  if (count > 0) {
    const size_t length = sizeof(int) * static_cast<size_t>(count);
    header.msg_control = &control;
    header.msg_controllen = CMSG_SPACE(length);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(length);
    std::memcpy(CMSG_DATA(&control.header), fds, length);
  }
  return Retry([&] { return sendmsg(fd, &header, flags | MSG_NOSIGNAL | MSG_DONTWAIT); });
}

long ReceiveMessage(int fd, void* bytes, size_t size, int flags, Message* message) {
  iovec piece = {bytes, size};
  Control control = {};
  msghdr header = {};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = &control;
  header.msg_controllen = sizeof control;
  const long received =
      Retry([&] { return recvmsg(fd, &header, flags | MSG_CMSG_CLOEXEC | MSG_DONTWAIT); });
  if (received < 0) return received;
  message->flags = header.msg_flags;
  TakeDescriptors(&header, message);
  return received;
}

}  // namespace sexton
