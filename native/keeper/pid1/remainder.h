#ifndef SEXTON_KEEPER_PID1_REMAINDER_H_
#define SEXTON_KEEPER_PID1_REMAINDER_H_

#include "keeper/pid1/observer.h"
#include "keeper/pid1/report.h"
#include "keeper/tree.h"

namespace sexton::pid1 {

// The processes that the command leaves behind: TERM first, KILL after the grace, again and again
// until none remains but those that this user may not signal or cannot see.
//
// Nothing is stopped meanwhile, unlike in the ending of a job: these processes may be servers that
// shut down in good order.
class Remainder {
 public:
  Remainder(Report* report, const Proc* proc, const Observer* observer)
      : report_(report), proc_(proc), observer_(observer), tree_(*proc) {}

  // Begins, with this many milliseconds from TERM to KILL.
  void Begin(uint64_t grace);

  // When Step() is due, or kForever.
  uint64_t deadline() const;
  void Step();

  // Ends the grace now.
  void Hurry();

  // Whether it is over. `any_children`: whether this process has children at all.
  bool IsDone(bool any_children);

  // Notes that a pid is free again.
  static void Reaped(pid_t pid);

 private:
  void AskAll();
  void KillAll();
  bool AllAtOnce(int signal) const;
  size_t List();
  void Walk();
  bool OnlyObserver() const;
  bool SeesNoMore();
  bool IsLeft(size_t index) const;
  int Send(size_t index, int signal) const;
  bool Tell(size_t index, int signal);
  void TellLeft(size_t index, int signal, int error);

  Report* const report_;
  const Proc* const proc_;
  const Observer* const observer_;
  Tree tree_;
  bool has_pidfds_ = false;
  bool any_left_ = false;  // beyond the reach of this user
  uint64_t force_ = 0;     // when the grace is over
  uint64_t again_ = 0;     // when it asks or kills again
  bool kills_ = false;
  int in_vain_ = 0;  // rounds in a row that have reached nobody
};

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_REMAINDER_H_
