#include "keeper/server_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/process.h"
#include "platform/unix_sockets.h"
#include "wait/wait.h"

namespace sexton {
namespace {

// The largest payload of a report.
constexpr size_t kMostPayload = kRecordFields * sizeof(double);

long SendFrame(int fd, HoldReport kind, const void* payload, size_t size, const int* fds,
               int count) {
  char bytes[sizeof(uint32_t) + kMostPayload] = {static_cast<char>(kind)};
  if (size > 0) memcpy(bytes + sizeof(uint32_t), payload, size);
  return SendMessage(fd, bytes, sizeof(uint32_t) + size, 0, fds, count);
}

}  // namespace

bool IsSound(const HoldRequestFrame& frame, size_t size) {
  if ((frame.zeros[0] | frame.zeros[1] | frame.zeros[2]) != 0) return false;
  switch (frame.kind) {
    case HoldRequest::kAdopt:
    case HoldRequest::kSignal:
    case HoldRequest::kDrop:
    case HoldRequest::kProgress:
    case HoldRequest::kTell:
      return size == sizeof frame;
    case HoldRequest::kCreate:
    case HoldRequest::kFinish:
      return size == sizeof frame - sizeof frame.word;
  }
  return false;
}

int ServerSocket::Accept() {
  UniqueFd client;
  const int accepted = AcceptUnixSocket(listener(), &client);
  if (accepted < 0) return accepted;
  Peer peer;
  if (ReadPeer(client.get(), &peer) < 0 || peer.uid != geteuid()) return 0;
  if (is_adopted_) {
    const auto server = static_cast<uint32_t>(peer_);
    SendFrame(client.get(), HoldReport::kBusy, &server, sizeof server, nullptr, 0);
    return 0;
  }
  connection_ = static_cast<UniqueFd&&>(client);
  pidfd_.Reset(PidfdOpen(peer.pid));
  peer_ = peer.pid;
  return 0;
}

// recv() closes whatever descriptors came along.
bool ServerSocket::Receive(HoldRequestFrame* frame) {
  if (!is_connected()) return false;
  *frame = {};
  const long size =
      Retry([&] { return recv(fd(), frame, sizeof *frame, MSG_DONTWAIT | MSG_TRUNC); });
  if (size == -EAGAIN) return false;
  const bool is_sound = size > 0 && IsSound(*frame, static_cast<size_t>(size));
  if (!is_sound || (frame->kind == HoldRequest::kAdopt) == is_adopted_) Lose();
  return is_connected();
}

bool ServerSocket::Send(HoldReport kind, const void* payload, size_t size, const int* fds,
                        int count) {
  if (!is_connected()) return false;
  const long sent = SendFrame(fd(), kind, payload, size, fds, count);
  // ETOOMANYREFS: the receiver has too many descriptors on their way (unix(7)).
  const bool may_wait = sent == -EAGAIN || sent == -ENOBUFS || sent == -ENOMEM;
  if (sent < 0 && !may_wait) Lose();
  return sent >= 0;
}

bool ServerSocket::HasEnded() const {
  struct pollfd process = {pidfd(), POLLIN, 0};
  return poll(&process, 1, 0) > 0;
}

void ServerSocket::Lose() {
  connection_.Reset(-1);
  pidfd_.Reset(-1);
  peer_ = 0;
  is_adopted_ = false;
}

void ServerSocket::Close() {
  Lose();
  listener_.Reset(-1);
}

}  // namespace sexton
