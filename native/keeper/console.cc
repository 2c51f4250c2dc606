#include "keeper/console.h"

#include <fcntl.h>

#include <cerrno>

#include "platform/unix_sockets.h"

namespace sexton {

int Console::Take() {
  if (!listener_.valid()) return -1;
  if (!connection_.valid() && AcceptUnixSocket(listener_.get(), &connection_) < 0) return -1;
  char name[64];  // the terminal's name, of which nobody makes use
  Message message;
  const long size = ReceiveMessage(connection_.get(), name, sizeof name, 0, &message);
  if (size == -EAGAIN) return -1;
  connection_.Reset(-1);
  for (int i = 1; i < message.count; ++i) close(message.fds[i]);
  if (message.count == 0) return -1;
  Close();
  // Shared with every server: a read of an empty terminal must not block.
  fcntl(message.fds[0], F_SETFL, O_RDWR | O_NONBLOCK);
  return message.fds[0];
}

void Console::Close() {
  connection_.Reset(-1);
  listener_.Reset(-1);
}

}  // namespace sexton
