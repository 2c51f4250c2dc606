#ifndef SEXTON_PLATFORM_PROCESS_H_
#define SEXTON_PLATFORM_PROCESS_H_

#include <sys/types.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

// The lowest room: single calls that differ between platforms, or that the C library lacks. It
// knows nothing of Node, of waiting or of spawning. A function returns a plain value, or -errno; a
// platform without the call answers -ENOSYS, and lib/ decides what to do instead.
//
// linux.cc and posix.cc implement the same headers, and binding.gyp picks one of them. posix.cc is
// complete on every POSIX system, so the tests build it on Linux too. The other rooms have one file
// per platform likewise. cxx_runtime_linux.cc, libc_floor.h and exports_linux.map serve the linker:
// a prebuilt addon must load on an old C library, and next to Node's own libstdc++.

namespace sexton {

// Repeats `call` while a signal interrupts it. Returns its result, or -errno. A program that waits
// for children gets SIGCHLD all the time, so a call without a retry would lose an exit.
template <typename Call>
long Retry(Call call) {
  long result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result == -1 ? -errno : result;
}

// --- this process ---

// Keeps the addon's code loaded for ever. A worker that alone has loaded it may end and unload it,
// while another library still calls our signal handler, or a child still runs our code.
void PinThisObject();

// The kernel's id of the calling thread. On the main thread it equals the pid. 0: unknown.
int ThreadId();

// Tells whether this process has a thread with this id.
bool ThreadExists(int id);

// Calls prctl(PR_SET_CHILD_SUBREAPER), which affects the whole process. 0 or -errno.
int SetSubreaper(bool enabled);

// 1 if this process is a subreaper, 0 if not, or -errno.
int GetSubreaper();

// Sends the caller `signal` when the parent's thread dies. It may have died already: check. 0, or
// -1 with errno. A child that borrows its parent's memory may call this, and OwnPidfdId().
int SetDeathSignal(int signal);

// How many native addons (*.node) other than this one are loaded. Each may have children of its
// own. Without any, a child that neither sexton nor child_process started is certainly an orphan.
// -1: unknown.
int CountForeignAddons();

// Copies `size` bytes of this process's memory, all within one page. False where no memory is
// mapped: the kernel reads the bytes, so another thread may free them meanwhile without a SIGSEGV
// here.
bool ReadOwnMemory(const void* from, char* to, size_t size);

// Copies likewise several parts of this memory, of `size` bytes in all, by one call of the kernel.
// False too where the platform has no such call.
bool ReadOwnParts(const iovec* parts, size_t count, char* to, size_t size);

// --- process descriptors: a value >= 0, or -errno; -ENOSYS on a platform without them ---

// Opens a close-on-exec descriptor of the process `pid` (pidfd_open(2), Linux 5.3).
int PidfdOpen(pid_t pid);

// Sends `signal` to this process, never to a later one with its pid (Linux 5.1).
int PidfdSend(int pidfd, int signal);

// 0: the process lives; 1: it has exited and may be a zombie; 2: it has been reaped (Linux 6.9).
int PidfdState(int pidfd);

// Returns the state as PidfdState() does, after waiting at most `milliseconds` for the exit.
// -EINTR: this thread handled a signal meanwhile.
int PidfdAwait(int pidfd, int milliseconds);

// Returns the raw wait status of a process that its parent has reaped, whoever the parent is
// (PIDFD_GET_INFO with PIDFD_INFO_EXIT, Linux 6.15). -EAGAIN: not reaped yet.
int PidfdExitStatus(int pidfd);

// Finds the inode of the calling process's pidfd on pidfs (Linux 6.9), which no other process ever
// has. False if the kernel has no pidfs, or no descriptor is free.
bool OwnPidfdId(uint64_t* id);

// --- the same on every platform (environ_copy.cc) ---

// Does so on every POSIX system: write(2) to a pipe fails with EFAULT where no memory is mapped.
bool ReadOwnMemoryByPipe(const void* from, char* to, size_t size);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_PROCESS_H_
