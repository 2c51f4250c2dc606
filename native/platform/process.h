#ifndef SEXTON_PLATFORM_PROCESS_H_
#define SEXTON_PLATFORM_PROCESS_H_

#include <cstddef>
#include <vector>

// The lowest room: single calls that differ between platforms, or that the C library lacks. It
// knows nothing of Node, of waiting or of spawning. A function returns a plain value, or -errno; a
// platform without the call answers -ENOSYS, and lib/ decides what to do instead.
//
// linux.cc and posix.cc implement the same headers, and binding.gyp picks one of them. posix.cc is
// complete on every POSIX system, so the tests build it on Linux too. The other rooms have one file
// per platform likewise. cxx_runtime_linux.cc, the floors and exports_linux.map serve the linker: a
// prebuilt addon must load on an old C library, and next to Node's own libstdc++.

namespace sexton {

// The kernel's id of the calling thread. On the main thread it equals the pid. 0: unknown.
int ThreadId();

// Tells whether this process has a thread with this id.
bool ThreadExists(int id);

// Calls prctl(PR_SET_CHILD_SUBREAPER), which affects the whole process. 0 or -errno.
int SetSubreaper(bool enabled);

// 1 if this process is a subreaper, 0 if not, or -errno.
int GetSubreaper();

// How many native addons (*.node) other than this one are loaded. Each may have children of its
// own. Without any, a child that neither sexton nor child_process started is certainly an orphan.
// -1: unknown.
int CountForeignAddons();

// Copies `size` bytes of this process's memory, all within one page. False where no memory is
// mapped: the kernel reads the bytes, so another thread may free them meanwhile without a SIGSEGV
// here.
bool ReadOwnMemory(const void* from, char* to, size_t size);

// --- the same on every platform (environ_copy.cc) ---

// Does so on every POSIX system: write(2) to a pipe fails with EFAULT where no memory is mapped.
bool ReadOwnMemoryByPipe(const void* from, char* to, size_t size);

// Copies the C library's `environ`: each entry with its NUL, one after the other. False where a
// part of it cannot be read; the other entries are in the copy.
//
// Another thread may change the environment meanwhile. setenv(3) moves the array and frees the old
// one, unsetenv(3) shifts the entries, and musl frees the strings. The C library's lock, if it has
// one, cannot be taken from outside, and Node's mutex around process.env cannot either. So a copy
// never faults, but it may be torn: the caller has to find out whether it is whole
// (lib/spawn/own-environment.ts).
bool CopyEnviron(std::vector<char>* block);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_PROCESS_H_
