#include <cerrno>

#include "wait/exit_source.h"

namespace sexton {

int ExitSource::Open() { return -ENOSYS; }
int ExitSource::Watch(int, uint32_t) { return -ENOSYS; }
int ExitSource::Unwatch(int) { return -ENOSYS; }
int ExitSource::Drain(double*) { return -ENOSYS; }

}  // namespace sexton
