#ifndef SEXTON_KEEPER_NAMESPACE_H_
#define SEXTON_KEEPER_NAMESPACE_H_

#include <sys/types.h>

#include "keeper/frames.h"
#include "keeper/proc.h"
#include "wait/wait.h"

namespace sexton {

// The PID namespace of a job. When its init dies, the kernel kills all processes in it, however
// fast they fork and whoever's they are.
//
// The keeper stays outside, so all of its pids are Node's, and nobody in the namespace can see it
// or signal it. It unshares, and then forks the init and starts the command: the children of a
// process that has unshared are born inside. So both are the keeper's own children, as a command is
// at every level, and only the orphans are the init's.
//
// Another way is to be the init, with a process outside that translates the pids of all reports.
// Most reports name a process that may be gone by then. A third way is to enter the namespaces of
// the init by setns(2), which would lose the working directory and a chroot.
//
// The init does two things. It mounts the /proc of the namespace, which only a process inside may.
// Then it reaps the orphans, and reports each over a socket. The kernel translates the pid: a
// process that is about to be reaped is named as the sender (SCM_CREDENTIALS in unix(7)).
//
// The init dies with the keeper (PR_SET_PDEATHSIG). It has all signals blocked and waits for
// SIGCHLD alone, so the job cannot end it: the kernel drops SIGKILL and SIGSTOP from inside.
class Namespace {
 public:
  bool is_open() const { return init_ > 0; }
  pid_t init() const { return init_; }

  // Creates it, in a user namespace of its own if `with_user`. The caller's user is then the only
  // one there. kNone, or what is missing; errno tells why.
  Refusal Create(bool with_user);

  // For poll(2): readable when the init has reported something.
  int socket() const { return socket_; }

  // Gives the next orphan that the init has reaped. False if there is none.
  bool Take(WaitStatus* status);

  // Tells whether no process but the init is left, when the command has been reaped.
  bool IsEmpty(const Proc& proc) const;

  // Ends it, with all that is in it. The init has ended when the keeper reaps it.
  void Kill() const;
  void Ended() { init_ = 0; }

 private:
  Refusal Start(int ours, int theirs);

  pid_t init_ = 0;
  int socket_ = -1;
};

// The life of the init.
[[noreturn]] void RunInit(int socket);

// Mounts the /proc of this process's PID namespace. 0 or an error number.
int MountProc();

}  // namespace sexton

#endif  // SEXTON_KEEPER_NAMESPACE_H_
