#ifndef SEXTON_KEEPER_SERVER_SOCKET_H_
#define SEXTON_KEEPER_SERVER_SOCKET_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "keeper/hold_frames.h"
#include "platform/descriptors.h"

namespace sexton {

// The socket at which servers connect to the keeper of a container, and the one that is connected.
//
// The first server keeps the container for as long as it lives: two readers of one pipe would tear
// lines. Others are told so. A peer becomes the server by a request; until then the next one
// replaces it, so that a peer that says nothing keeps no server away. A server is dead when the
// connection ends, or when its process has: a copy of the socket may live on in a child of it.
class ServerSocket {
 public:
  explicit ServerSocket(int listener) : listener_(listener) {}

  int listener() const { return listener_.get(); }
  int fd() const { return connection_.get(); }
  int pidfd() const { return pidfd_.get(); }
  bool is_connected() const { return connection_.valid(); }
  bool is_adopted() const { return is_adopted_; }

  // Takes one peer that waits. 0, or -errno if none could be taken.
  int Accept();

  // Takes the next request. False if there is none now, or if the peer is lost.
  bool Receive(HoldRequestFrame* frame);

  // The peer is the server from now on.
  void Adopt() { is_adopted_ = true; }

  // Sends one report, and copies of descriptors with it. False if there is no room for it now, or
  // if the peer is lost.
  bool Send(HoldReport kind, const void* payload, size_t size, const int* fds = nullptr,
            int count = 0);

  // Whether the peer's process has ended.
  bool HasEnded() const;
  void Lose();
  void Close();

 private:
  UniqueFd listener_;
  UniqueFd connection_;
  UniqueFd pidfd_;  // of the peer; none if it cannot be opened
  pid_t peer_ = 0;
  bool is_adopted_ = false;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_SERVER_SOCKET_H_
