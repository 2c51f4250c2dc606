#ifndef SEXTON_KEEPER_SETTINGS_H_
#define SEXTON_KEEPER_SETTINGS_H_

#include <cstddef>
#include <cstdint>

#include "spawn/plan.h"

// What a keeper is told at its start: the words below, and after them the plan of the command
// (spawn/plan.h). Both lie in a sealed memfd. The words have no place in argv or environ, where
// other users may read them, and the seal keeps them as they were checked.

namespace sexton {

// The descriptors that a keeper starts with. The plan names those from kFirstOfCommand on.
constexpr int kSocket = 3;
constexpr int kParent = 4;  // a pidfd of Node
constexpr int kSettings = 5;
constexpr int kFirstOfCommand = 6;

constexpr uint32_t kSettingsVersion = 3;

// WORD(name in C++, name in TypeScript). lib/keeper/settings.ts has the same list.
#define SEXTON_SETTINGS(WORD)                                                                  \
  WORD(version, version)        /* kSettingsVersion */                                         \
  WORD(isolation, isolation)    /* an Isolation */                                             \
  WORD(leftovers, leftovers)    /* a Leftovers: for what outlives the command */               \
  WORD(kill_signal, killSignal) /* begins the ending, usually SIGTERM */                       \
  WORD(grace_low, graceLow)     /* milliseconds from it to SIGKILL; all ones: forever */       \
  WORD(grace_high, graceHigh)                                                                  \
  WORD(timeout_low, timeoutLow) /* milliseconds for the job; all ones: no limit */             \
  WORD(timeout_high, timeoutHigh)                                                              \
  WORD(descriptors, descriptors) /* how many of the command's follow kSettings */              \
  WORD(cgroup, cgroup)           /* the cgroup's descriptor; all ones: none */                 \
  WORD(groups, groups) /* how many of those descriptors, the last, are parents of groups.h */  \
  WORD(joined_groups, joinedGroups) /* how many of the parents, the first, are of version 1 */ \
  WORD(group_owner, groupOwner)     /* two numbers for the name of the groups */               \
  WORD(group_number, groupNumber)                                                              \
  WORD(mark_low, markLow) /* below kOutermost; 0: none */                                      \
  WORD(mark_high, markHigh)

#define SEXTON_WORD(name, key) uint32_t name;
struct Settings {
  SEXTON_SETTINGS(SEXTON_WORD)
};
#undef SEXTON_WORD

// kUserNamespace: a PID namespace within a user namespace of its own.
enum Isolation : uint32_t { kTree = 0, kCgroup = 1, kPidNamespace = 2, kUserNamespace = 3 };
enum Leftovers : uint32_t { kEndThem = 0, kWaitForThem = 1, kKeepThem = 2 };

// Added to the mark of a job that is in no other job. lib/keeper/mark.ts has the same number.
constexpr uint64_t kOutermost = uint64_t{1} << 52;

// The most groups of a job.
constexpr uint32_t kMostGroups = 4;

// More descriptors than a process may have.
constexpr uint32_t kMostDescriptors = 1 << 20;

constexpr uint64_t kForever = ~uint64_t{0};
inline uint64_t Milliseconds(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

// The memfd, mapped until the command has started. The child writes to its copy of the plan alone.
class SettingsMap {
 public:
  // 0 or -errno. -EINVAL if the words or the plan are not whole, or another version's.
  int Map(int fd);
  void Unmap();
  const Settings& words() const { return *static_cast<const Settings*>(block_); }
  SpawnPlan* plan() const;

 private:
  void* block_ = nullptr;
  size_t size_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_SETTINGS_H_
