#ifndef SEXTON_KEEPER_ENDING_H_
#define SEXTON_KEEPER_ENDING_H_

#include <cstdint>

#include "keeper/cgroup.h"
#include "keeper/connection.h"
#include "keeper/kept.h"
#include "keeper/namespace.h"
#include "keeper/settings.h"
#include "keeper/tree.h"

namespace sexton {

// Milliseconds of a clock that no one can set.
uint64_t Now();

// The end of all descendants that are not kept.
//
//   Begin()  stops the tree, so that its list is complete and nobody forks meanwhile; then sends
//            each the kill signal and SIGCONT
//   grace    they end by themselves
//   killing  stops the tree and kills it, again and again: who was forked in time, or was a
//            nested subreaper's, is there in the next walk
//   given up when as much time again is over, and nobody is dying: who cannot be ended is reported
//
// A cgroup is frozen and killed as a whole, unless some processes are to be kept. Signals are sent
// in any case: a process that may write to another cgroup may have left this one. A PID namespace
// is killed as a whole in the second round of killing: its init could not reap and report the dead
// of the first one otherwise.
//
// It does not decide that everything has ended. waitid(2) does, by saying that no child is left.
class Ending {
 public:
  Ending(Tree* tree, const Kept* kept, Connection* connection, Cgroup* cgroup,
         const Namespace* space)
      : tree_(tree), kept_(kept), connection_(connection), cgroup_(cgroup), namespace_(space) {}

  void Begin(const Settings& settings, uint32_t signal);
  bool begun() const { return phase_ != Phase::kNotBegun; }
  bool given_up() const { return phase_ == Phase::kGivenUp; }
  uint32_t left() const { return left_; }

  // The time of the next step, or kForever.
  uint64_t deadline() const { return deadline_; }
  void Step();

  // Ends the grace now.
  void Hurry();

  // Forgets that it was begun: the kept are to end as well.
  void Reset() { phase_ = Phase::kNotBegun; }

  // Notes that a pid is free again.
  static void Reaped(pid_t pid);

 private:
  enum class Phase { kNotBegun, kGrace, kKilling, kGivenUp };

  void Freeze();
  bool HasCgroup() const { return cgroup_->is_open() && !kept_->any(); }
  void Ask(int signal);
  int Signal(size_t index, int signal, Connection::CommandLine* command);
  void Tell(Report kind, size_t index, const Connection::CommandLine& command, int error = 0);
  void StartKilling();
  void Kill();
  void GiveUp();

  Tree* const tree_;
  const Kept* const kept_;
  Connection* const connection_;
  Cgroup* const cgroup_;
  const Namespace* const namespace_;
  Phase phase_ = Phase::kNotBegun;
  uint64_t grace_ = 0;
  uint64_t deadline_ = kForever;
  uint64_t last_ = kForever;  // when it gives up
  uint64_t pause_ = 0;        // milliseconds until it kills again
  int rounds_ = 0;            // of killing
  bool any_dying_ = false;    // in the last round
  uint32_t left_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_ENDING_H_
