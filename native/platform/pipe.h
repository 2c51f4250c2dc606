#ifndef SEXTON_PLATFORM_PIPE_H_
#define SEXTON_PLATFORM_PIPE_H_

#include "platform/unique_fd.h"

namespace sexton {

// A close-on-exec pipe; `flags` may add O_NONBLOCK. 0 or -errno.
int MakePipe(UniqueFd* read_end, UniqueFd* write_end, int flags);

// Asks for the largest pipe an ordinary user may have, so that a burst of records fits while the
// event loop is busy. A refusal leaves the default size.
void GrowPipe(int fd);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_PIPE_H_
