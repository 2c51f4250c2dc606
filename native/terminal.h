#ifndef SEXTON_TERMINAL_H_
#define SEXTON_TERMINAL_H_

#include <sys/types.h>

namespace sexton {

// Takes the controlling terminal's foreground back from `group`, to which a child had been given
// it, for this process's own group. Does nothing where another group has it by now, or there is no
// terminal. 0 or -errno.
int ReclaimForeground(pid_t group);

}  // namespace sexton

#endif  // SEXTON_TERMINAL_H_
