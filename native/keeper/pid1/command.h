#ifndef SEXTON_KEEPER_PID1_COMMAND_H_
#define SEXTON_KEEPER_PID1_COMMAND_H_

#include "keeper/pid1/arguments.h"
#include "keeper/pid1/line.h"
#include "keeper/pid1/world.h"
#include "spawn/spawn.h"

namespace sexton::pid1 {

// The command that pid1 runs, in the world that pid1 itself was started in.
class Command {
 public:
  Command(const Words& words, const Settings& settings, const World& world)
      : words_(words), settings_(settings), world_(world) {}

  // Starts it. False if that has failed: AddFailure() and exit_code() tell how.
  bool Start();
  void AddFailure(Line* line) const;
  int exit_code() const;

  pid_t pid() const { return pid_; }
  bool is_running() const { return is_running_; }
  void Ended();

  // Whether it has a process group of its own.
  bool own_group() const { return own_group_; }
  // Whether its group gets the terminal's foreground whenever pid1's group would have it.
  bool foreground() const { return foreground_; }
  // Whether a shell can resume pid1.
  bool is_job() const { return is_job_; }

  // Send a signal to the command, or to its group if that is the target. 0 or -errno.
  int Send(int signal) const;
  // Until its leader is reaped, no other group can have its id.
  int SendToGroup(int signal) const;
  pid_t target() const;

 private:
  void ChooseGroup(SpawnPlan* plan);
  bool NeedsOwnGroup(bool has_terminal, bool is_leader, bool is_shared) const;

  const Words words_;
  const Settings& settings_;
  const World& world_;
  SpawnResult result_;
  pid_t pid_ = 0;
  bool is_running_ = false;
  bool own_group_ = false;
  bool foreground_ = false;
  bool is_job_ = false;
};

// Closes the inherited descriptors but standard error, and goes to the root folder. The reader of a
// pipe that the command closes would never see its end otherwise, and a directory in use keeps its
// file system from being unmounted. Keeps one descriptor that is given, and returns its new number.
int LetGo(int kept);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_COMMAND_H_
