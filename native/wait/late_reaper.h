#ifndef SEXTON_WAIT_LATE_REAPER_H_
#define SEXTON_WAIT_LATE_REAPER_H_

#include <vector>

// The keepers that a terminated worker leaves.
//
// A keeper outlives its worker: it ends the job first, which may take as long as the grace period.
// It stays this process's child meanwhile, and would be a zombie afterwards: the worker's
// JavaScript is gone, and the main thread may never have loaded this addon. So a thread of its own
// waits for the keepers, and ends with the last. It takes statuses that nobody asks for any more,
// by pidfds, which cannot mean another child. If `Zombies` in the main thread takes one first, that
// is well too.

namespace sexton {

// Reaps each child when it has ended, and closes its pidfd. If no thread can be started, it closes
// the pidfds at once: the children are left to `Zombies` then.
void ReapLate(std::vector<int> pidfds);

}  // namespace sexton

#endif  // SEXTON_WAIT_LATE_REAPER_H_
