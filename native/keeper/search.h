#ifndef SEXTON_KEEPER_SEARCH_H_
#define SEXTON_KEEPER_SEARCH_H_

#include <sys/types.h>
#include <sys/wait.h>

#include <cstdint>

namespace sexton {

// Whom a parent of thousands asks about next, to find all children that are dead.
//
// A wait for any child has the kernel walk past the older children that live. The kernel holds a
// lock meanwhile, which every process needs to die. In a storm of deaths such walks took longer
// than the deaths. The children of a storm were forked in a row, and so are their pids. So after a
// long walk this asks about the pids behind the one that it has found, which takes no walk. It
// gives up after too many in vain: then it has lost a fraction of the time of the walk.
class Search {
 public:
  idtype_t type() const { return tries_ > 0 ? P_PID : P_ALL; }
  id_t id() const { return static_cast<id_t>(next_); }

  // Call it before each question.
  void Begin();

  // Takes the answer: the pid of a child that was dead or had stopped, or 0 for none. False ends
  // the search: any child was asked about, and there was none.
  bool Goes(pid_t found);

  // Whether a walk was long.
  bool has_walked_long() const { return most_tries_ > 0; }

 private:
  uint64_t begun_ = 0;
  pid_t next_ = 0;
  int tries_ = 0;  // how many pids may be asked about in vain
  int most_tries_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_SEARCH_H_
