#ifndef SEXTON_KEEPER_GROUPS_H_
#define SEXTON_KEEPER_GROUPS_H_

#include <cstdint>

#include "keeper/proc.h"
#include "keeper/settings.h"
#include "keeper/text.h"
#include "spawn/spawn.h"

namespace sexton {

// The cgroups that Node has made for one job: directories of one name, below some parents. Whoever
// is alive at the end removes them, so the keeper holds the parents: a directory is removed by its
// name alone.
class Groups {
 public:
  // Takes copies of the parents, which are the last of the command's descriptors. False if no
  // descriptor is free.
  bool Open(const Settings& settings);

  // Opens the files by which the command joins the groups of version 1, or closes them. 0 or
  // -errno.
  int OpenFiles();
  void CloseFiles();
  const CgroupFiles* files() const { return &files_; }

  // Kills the processes of the group of version 2 one by one, without a wait for their end.
  void KillMembers(const Proc& proc) const;

  // The limits that the job has hit: Limit bits.
  uint32_t Hits() const;

  // Removes the groups, with those that the job has made in them. A process that was reaped a
  // moment ago may still be in one (EBUSY).
  void Remove() const;

 private:
  Path In(const char* file) const;

  int parents_[kMostGroups] = {};
  uint32_t count_ = 0;
  uint32_t joined_ = 0;  // the first ones are of version 1
  CgroupFiles files_ = {};
  uint32_t owner_ = 0;
  uint32_t number_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_GROUPS_H_
