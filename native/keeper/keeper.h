#ifndef SEXTON_KEEPER_KEEPER_H_
#define SEXTON_KEEPER_KEEPER_H_

#include <signal.h>
#include <sys/types.h>

#include "keeper/connection.h"
#include "keeper/ending.h"
#include "keeper/groups.h"
#include "keeper/kept.h"
#include "keeper/namespace.h"
#include "keeper/proc.h"
#include "keeper/settings.h"
#include "keeper/tree.h"

namespace sexton {

// The process between Node and a command, which ends all descendants of the command whatever
// becomes of Node.
//
// keeper      its life: the start, and then one poll(2) of the socket, of Node's pidfd and of
//             signals, with the next deadline as its timeout. While nothing happens it sleeps
// settings    what it was told at the start, with the plan of the command
// connection  the socket to Node, on which it never blocks; frames cuts it into requests
// ending      how the descendants are ended; kept says which are spared
// tree        the list of descendants, and signals to them alone; proc reads it from /proc
// namespace   a PID namespace of the job, and its init
// search      how it finds the dead among its children
// groups      the cgroups that Node has made for the job: joined, and removed; cgroup ends one
//
// It is the parent of the command, by the same code as the addon (spawn/), and a subreaper, so
// every orphan of the job comes to it. It reaps all of them, and is done when waitid(2) says that
// no child is left. It does what it was told and what is left to do when nobody can tell it any
// more; whom to keep, and when to end early, is Node's to say.
//
// It is Linux alone. Once it runs it allocates no memory, and has no thread.
class Keeper {
 public:
  Keeper()
      : connection_(kSocket),
        tree_(proc_),
        cgroup_(groups_, proc_),
        ending_(&tree_, &kept_, &connection_, &cgroup_, &namespace_) {}

  // Returns when everything has ended.
  void Run();

 private:
  bool Prepare();
  bool PrepareSystem();
  bool Refuse(Refusal refusal, int error);
  bool Isolate();
  bool StartCommand();
  void FinishPlan(SpawnPlan* plan) const;
  void Detach();
  int EndOfCommand() const { return kFirstOfCommand + static_cast<int>(settings_.descriptors); }

  void Loop();
  void Sleep();
  void Await();
  void AwaitBlindly();
  int Patience() const;
  void HearSignals();
  void HearNode();
  void HearInit();
  void Obey(const RequestFrame& request);
  void Lose();

  void Reap();
  void OnEnd(const WaitStatus& status);
  void LookAround();
  void LookAgain();
  void BeginEnding(uint32_t reason, uint32_t signal = 0);
  void CheckTime();
  void HoldKept();
  void Finish();

  Settings settings_ = {};
  SettingsMap map_;
  sigset_t original_mask_;
  Connection connection_;
  Proc proc_;
  Tree tree_;
  Kept kept_;
  Groups groups_;
  Cgroup cgroup_;
  Namespace namespace_;
  Ending ending_;
  int signals_ = -1;
  int parent_ = kParent;  // -1 when Node has ended
  pid_t command_ = 0;
  int command_fd_ = -1;
  uint64_t timeout_ = kForever;
  bool command_exited_ = false;
  bool any_children_ = true;
  bool more_to_reap_ = false;
  bool failed_ = false;     // a call has failed, and is repeated after a pause
  bool owes_look_ = false;  // LookAround() has yet to judge an end
  bool released_ = false;
  bool is_alone_ = false;  // Node is gone, or its connection
  bool holding_ = false;   // all but the kept have ended
  bool done_ = false;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_KEEPER_H_
