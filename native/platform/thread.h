#ifndef SEXTON_PLATFORM_THREAD_H_
#define SEXTON_PLATFORM_THREAD_H_

namespace sexton {

// The kernel's id of the calling thread, which is the process's for its main thread; 0 where the
// platform has none to tell.
int ThreadId();

// Whether this process has a thread with this id.
bool ThreadExists(int id);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_THREAD_H_
