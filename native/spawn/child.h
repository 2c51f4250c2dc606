#ifndef SEXTON_SPAWN_CHILD_H_
#define SEXTON_SPAWN_CHILD_H_

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "spawn/plan.h"
#include "spawn/spawn.h"

namespace sexton {

// What a child reports: nothing, or the step that failed.
struct SpawnReport {
  SpawnStep step = SpawnStep::kNone;
  int error = 0;
};

// One birth, as parent and child know it besides the plan.
struct Birth {
  SpawnPlan* plan;
  const CgroupFiles* joined = nullptr;
  char** pointers;  // room for CountPointers()
  pid_t parent = 0;
  pid_t parent_group = 0;
  sigset_t original_mask;
  int report_fd = -1;  // -1: the parent sees `report`, so the child need not write to a pipe

  // Written by the child. The parent sees these if the two share their memory.
  bool child_was_here = false;
  SpawnReport report;

  // Set to 0 by the kernel when the child has left the memory, by exec or exit.
  uint32_t occupied = 1;
};

// The child's whole life before exec.
[[noreturn]] void RunChild(Birth* birth);

// --- its steps in files of their own ---

// Reports a failed step to the parent, and exits.
[[noreturn]] void Fail(Birth* birth, SpawnStep step, int error);

// Fails if the result is -errno.
void Check(Birth* birth, SpawnStep step, int result);

// Gives the child the descriptors of its plan, and no others that are close-on-exec.
void PlaceDescriptors(Birth* birth);

struct Strings {
  char** argv;
  char** env;
};

// The program's arguments and environment, as execve(2) takes them.
Strings StringsOf(const Birth& birth);

// Becomes the program, or reports why it cannot.
[[noreturn]] void Exec(Birth* birth, const Strings& strings);

// --- once per platform ---

// Makes the child, which runs RunChild(), and waits until it has run exec or exited. Its pid, or
// -errno.
pid_t CreateChild(Birth* birth, int* pidfd);

// Makes the child and does not wait. `stack` has kStackSize bytes; it and the Birth must last until
// the child has left them. Its pid, or -errno: -ENOSYS on a platform without it.
constexpr size_t kStackSize = 32 * 1024;
pid_t CreateUnawaited(Birth* birth, char* stack, int* pidfd);

// Waits until the kernel has set Birth::occupied to 0, at most some milliseconds.
void AwaitLeaving(const uint32_t* occupied, int milliseconds);

// Makes the stack of a child that has left it usable for others.
void ForgetFrames(char* stack);

// Keeps this process's memory undumpable while a child borrows it that changes its credentials, and
// then makes it dumpable again.
//
// The kernel makes memory undumpable when credentials change, so that the new user cannot look into
// it. A child before exec has the parent's memory. If that became dumpable too early, the new user
// could open it through the child, for reading and for writing, and keep it open. If it stayed
// undumpable, this process would leave no core dumps and hide its /proc from its own user.
//
// An Undumpable must live from before the child is made until the child has run exec or is reaped.
// That the parent's thread goes on is not enough: the kernel wakes it before it takes the memory
// from the child.
class Undumpable {
 public:
  explicit Undumpable(bool changes_credentials);
  ~Undumpable();
  Undumpable(const Undumpable&) = delete;
  Undumpable& operator=(const Undumpable&) = delete;

 private:
  const bool changes_credentials_;
};

// The parent's mask. The child's calls are in calls.h.
int BlockAllSignals(sigset_t* original);  // 0 or -errno; on Linux the C library's own signals too
void RestoreMask(const sigset_t& mask);

// Makes a set of the signals whose bits are set; bit 0 is signal 1. On Linux it may hold the C
// library's own signals, which differ between libraries: 34 is musl's own, and SIGRTMIN of glibc.
sigset_t MakeMask(uint64_t bits);

}  // namespace sexton

#endif  // SEXTON_SPAWN_CHILD_H_
