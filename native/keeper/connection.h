#ifndef SEXTON_KEEPER_CONNECTION_H_
#define SEXTON_KEEPER_CONNECTION_H_

#include <cstddef>
#include <cstdint>

#include "keeper/frames.h"
#include "wait/wait.h"

namespace sexton {

// The keeper's end of the socket to Node. It never blocks: a Node that is stopped, or does not
// read, must not keep the keeper from ending the job. What the socket does not take waits in a
// queue. An event that finds no room there is counted instead; the reports of which there is one
// each always have room, because events may not use the last kReserve bytes.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}

  bool lost() const { return fd_ < 0; }
  // For poll(2): the descriptor, which poll() skips when it is lost, and the events.
  int fd() const { return fd_; }
  short events() const;

  // Reads what has come. False if the connection is lost now.
  bool Read();
  RequestReader::Next Take(RequestFrame* frame) { return reader_.Take(frame); }

  void Send(Report kind) { SendWords(kind, nullptr, 0); }
  void Send(Report kind, uint32_t word) { SendWords(kind, &word, 1); }
  void Send(Report kind, uint32_t word, uint32_t other);
  void SendExit(const WaitStatus& status) { SendRecord(Report::kExited, status); }

  // Events. They may be dropped, and then counted.
  void SendReaped(const WaitStatus& status) { SendRecord(Report::kReaped, status); }
  struct Process {
    uint32_t pid, error, state, parent;
  };
  // The words of a command line, each with its NUL, as far as they fit.
  struct CommandLine {
    char words[512];
    size_t size;
  };
  void SendProcess(Report kind, const Process& process, const char* name,
                   const CommandLine& command);

  void Flush();
  bool flushed() const { return size_ == 0 && dropped_ == 0; }
  // Tells whether the kernel had no memory for the last reports. No event tells when it has some.
  bool stalled() const { return stalled_; }
  void Lose();

 private:
  static constexpr size_t kRoom = 16 * 1024;
  static constexpr size_t kReserve = 1024;

  void SendWords(Report kind, const uint32_t* words, uint32_t count);
  void SendRecord(Report kind, const WaitStatus& status);
  bool Queue(Report kind, const void* payload, uint32_t length, size_t reserve);

  int fd_;
  RequestReader reader_;
  char queue_[kRoom];
  size_t size_ = 0;
  uint32_t dropped_ = 0;
  bool stalled_ = false;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_CONNECTION_H_
