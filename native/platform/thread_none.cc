#include "platform/thread.h"

namespace sexton {

int ThreadId() { return 0; }
bool ThreadExists(int) { return false; }

}  // namespace sexton
