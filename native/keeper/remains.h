#ifndef SEXTON_KEEPER_REMAINS_H_
#define SEXTON_KEEPER_REMAINS_H_

#include <cstdint>

#include "keeper/hold_settings.h"
#include "wait/wait.h"

namespace sexton {

// A shell's code of a status: 128 and more for a signal.
int CodeOf(const WaitStatus& status);

// Writes what a server would have written of a container that has ended: the rest of its output to
// the logs, and its exit code to the exit files.
//
// `slots` has the descriptors, and `status` is null if there was no container. False if something
// found no room: a later call writes it, and output that came meanwhile.
bool WriteRemains(const HoldMap& map, const int* slots, const WaitStatus* status,
                  uint32_t progress);

}  // namespace sexton

#endif  // SEXTON_KEEPER_REMAINS_H_
