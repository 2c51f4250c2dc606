#ifndef SEXTON_KEEPER_PID1_OBSERVER_H_
#define SEXTON_KEEPER_PID1_OBSERVER_H_

#include <sys/types.h>

namespace sexton::pid1 {

// The program of TypeScript, which stays for what needs Node all the time: it writes JSON, and
// names the zombies that others keep. The command does not notice if it dies.
class Observer {
 public:
  Observer() = default;
  Observer(pid_t pid, int socket, bool wants_events)
      : pid_(pid), socket_(socket), wants_events_(wants_events) {}

  bool is_running() const { return pid_ > 0; }
  bool wants_events() const { return wants_events_; }
  pid_t pid() const { return pid_; }
  int socket() const { return socket_; }
  void Moved(int socket) { socket_ = socket; }

  // Notes that a child was reaped. Whether it was this one.
  bool Reaped(pid_t pid);

  // Waits until it has ended, but not for long: it reads to the end of its socket, which is closed
  // by now.
  void AwaitEnd();

 private:
  pid_t pid_ = 0;
  int socket_ = -1;
  bool wants_events_ = false;
};

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_OBSERVER_H_
