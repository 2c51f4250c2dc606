#ifndef SEXTON_KEEPER_MEMBERS_H_
#define SEXTON_KEEPER_MEMBERS_H_

#include "keeper/proc.h"

namespace sexton {

// Kills the processes of a cgroup of version 2, and of the groups below it. It is frozen, so none
// starts another one meanwhile. `path` is its directory below `parent`; `name` is the last part,
// with a slash before it, which no other group of the machine has.
void KillMembersOf(int parent, const char* path, const char* name, const Proc& proc);

}  // namespace sexton

#endif  // SEXTON_KEEPER_MEMBERS_H_
