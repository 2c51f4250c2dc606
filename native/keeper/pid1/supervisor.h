#ifndef SEXTON_KEEPER_PID1_SUPERVISOR_H_
#define SEXTON_KEEPER_PID1_SUPERVISOR_H_

#include <signal.h>

#include "keeper/pid1/command.h"
#include "keeper/pid1/observer.h"
#include "keeper/pid1/remainder.h"
#include "keeper/pid1/report.h"
#include "keeper/proc.h"
#include "keeper/search.h"

namespace sexton::pid1 {

// The life of pid1: it forwards signals to the command, reaps all children meanwhile, and ends the
// processes that the command leaves behind.
class Supervisor {
 public:
  Supervisor(const World& world, const Settings& settings, const Words& words,
             const Observer& observer)
      : world_(world),
        settings_(settings),
        observer_(observer),
        command_(words, settings, world),
        remainder_(&report_, &proc_, &observer_) {}

  // The exit code of pid1.
  int Run();

 private:
  bool Prepare();
  bool Refuse(const char* call, int error);
  void DieWithParent();
  void LetGoOfWorld();
  void SayWorld();

  bool StartCommand();
  void RunCommand();
  void Pause();
  void EndRemainder();
  int Leave(int code);

  bool TakeSignal(uint64_t deadline, siginfo_t* info);
  void Receive(const siginfo_t& info);
  int Rewritten(int signal) const;
  void Forward(const siginfo_t& info, int signal);
  void TellRefusal(int signal, int sent, int error);
  void ForceCommand();

  void LookForStop();
  void StopLike(int signal);
  void Suspend() const;
  bool Resume() const;

  bool Reap();
  void Rest(bool has_walked_long);
  int TakeSilently(const Search& search, WaitStatus* status) const;
  int TakeNamed(const Search& search, WaitStatus* status, char name[16]);
  void OnEnd(const WaitStatus& status, const char name[16]);
  void OnCommandEnd(const WaitStatus& status);
  void TellReaped(const WaitStatus& status, const char name[16]);
  Level level_of_reaped() const { return settings_.warn_on_reap ? kWarning : kDebug; }

  const World& world_;
  const Settings& settings_;
  Observer observer_;
  Report report_;
  Proc proc_;
  Command command_;
  Remainder remainder_;
  uint64_t force_ = kForever;  // when the command is sent SIGKILL
  bool has_forced_ = false;
  bool adopts_ = false;
  bool names_ = false;  // the names of the dead matter
  bool more_to_reap_ = false;
  uint64_t rest_ = 0;      // milliseconds
  uint64_t rest_end_ = 0;  // when SIGCHLD is heard again
  bool any_children_ = true;
  int exit_code_ = 0;
};

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_SUPERVISOR_H_
