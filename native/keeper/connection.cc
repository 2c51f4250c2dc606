#include "keeper/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/process.h"

namespace sexton {

short Connection::events() const {
  return static_cast<short>(flushed() || stalled() ? POLLIN : POLLIN | POLLOUT);
}

bool Connection::Read() {
  const long size = Retry([&] { return recv(fd_, reader_.room(), reader_.space(), MSG_DONTWAIT); });
  if (size == -EAGAIN) return true;
  if (size <= 0) return false;
  reader_.Added(static_cast<size_t>(size));
  return true;
}

void Connection::Send(Report kind, uint32_t word, uint32_t other) {
  const uint32_t words[] = {word, other};
  SendWords(kind, words, 2);
}

void Connection::SendWords(Report kind, const uint32_t* words, uint32_t count) {
  Queue(kind, words, count * sizeof *words, 0);
}

void Connection::SendRecord(Report kind, const WaitStatus& status) {
  double record[kRecordFields];
  WriteRecord(status, record);
  const size_t reserve = kind == Report::kExited ? 0 : kReserve;
  if (!Queue(kind, record, sizeof record, reserve)) ++dropped_;
}

void Connection::SendProcess(Report kind, const Process& process, const char* name,
                             const CommandLine& command) {
  struct {
    Process process;
    char text[16 + sizeof command.words];
  } payload;
  payload.process = process;
  size_t length = strnlen(name, 15);
  memcpy(payload.text, name, length);
  payload.text[length++] = '\0';
  memcpy(payload.text + length, command.words, command.size);
  const auto size = static_cast<uint32_t>(sizeof payload.process + length + command.size);
  if (!Queue(kind, &payload, size, kReserve)) ++dropped_;
}

// Appends a whole frame, or nothing. What was dropped is told first, in its place among the events.
bool Connection::Queue(Report kind, const void* payload, uint32_t length, size_t reserve) {
  if (lost()) return true;
  const size_t whole = sizeof(FrameHeader) + length;
  if (size_ + whole + reserve > kRoom) Flush();
  if (size_ + whole + reserve > kRoom) return false;
  if (length > 0) memcpy(queue_ + size_ + sizeof(FrameHeader), payload, length);
  const FrameHeader header = {static_cast<uint8_t>(kind), {}, length};
  memcpy(queue_ + size_, &header, sizeof header);
  size_ += whole;
  return true;
}

void Connection::Flush() {
  stalled_ = false;
  while (!lost()) {
    if (dropped_ > 0 && size_ + kReserve <= kRoom) {
      const uint32_t dropped = dropped_;
      dropped_ = 0;
      Queue(Report::kDropped, &dropped, sizeof dropped, 0);
    }
    if (size_ == 0) return;
    const long sent = Retry([&] { return send(fd_, queue_, size_, MSG_DONTWAIT | MSG_NOSIGNAL); });
    stalled_ = sent == -ENOBUFS || sent == -ENOMEM;
    if (stalled_ || sent == -EAGAIN) return;
    if (sent < 0) return Lose();
    size_ -= static_cast<size_t>(sent);
    memmove(queue_, queue_ + sent, size_);
  }
}

void Connection::Lose() {
  if (lost()) return;
  close(fd_);
  fd_ = -1;
  size_ = 0;
  dropped_ = 0;
}

}  // namespace sexton
