#ifndef SEXTON_KEEPER_CGROUP_H_
#define SEXTON_KEEPER_CGROUP_H_

#include "keeper/groups.h"
#include "keeper/proc.h"

namespace sexton {

// The cgroup of a job (version 2), which is frozen and killed as a whole. No process of it is
// missed, however fast they fork.
class Cgroup {
 public:
  Cgroup(const Groups& groups, const Proc& proc) : groups_(groups), proc_(proc) {}

  // Opens its files: the directory's descriptor is the command's, and is closed soon. False without
  // cgroup.freeze (Linux 5.2).
  bool Open(int directory);

  bool is_open() const { return freeze_ >= 0; }
  void Freeze() const;
  void Thaw() const;

  // Kills all processes. A kernel before 5.14 cannot, so they are read and killed one by one, while
  // the group is frozen.
  void Kill() const;

 private:
  const Groups& groups_;
  const Proc& proc_;
  int freeze_ = -1;
  int kill_ = -1;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_CGROUP_H_
