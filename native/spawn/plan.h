#ifndef SEXTON_SPAWN_PLAN_H_
#define SEXTON_SPAWN_PLAN_H_

#include <cstddef>
#include <cstdint>

// The plan of a spawn: everything that a child needs before exec, as one flat block of bytes.
//
// lib/spawn/plan.ts writes it. Arrays and strings follow the words below, and words tell where they
// begin, in bytes from the start of the block. The block has no pointers, so another process can
// map it anywhere and start the same child from it. Whoever does needs a copy of its own, because
// the child writes to it, and room for the pointers that execve(2) takes.
//
// This file has the one list of words. The addon exports their places (node/spawn_glue.cc), lib/
// writes by name, and test/native/plan.test.ts compares the names.
//
// The sections come in this order, which IsWhole() checks:
//   words, fds, groups, limits, files, argv, env, cwd

namespace sexton {

// WORD(type, name in C++, name in TypeScript)
#define SEXTON_PLAN_WORDS(WORD)                                                              \
  WORD(uint32_t, size, size)                                                                 \
  WORD(uint32_t, flags, flags)                                                               \
  WORD(int32_t, uid, uid)                    /* kUnchanged: the parent's */                  \
  WORD(int32_t, gid, gid)                    /* kUnchanged: the parent's */                  \
  WORD(int32_t, umask, umask)                /* kUnchanged: the parent's */                  \
  WORD(int32_t, process_group, processGroup) /* kUnchanged: the parent's; 0: a new one */    \
  WORD(int32_t, death_signal, deathSignal)   /* 0: none */                                   \
  WORD(int32_t, cgroup_fd, cgroupFd)         /* kUnchanged: the parent's cgroup */           \
  WORD(uint32_t, ignored_low, ignoredLow)    /* signals 1 to 32 that the child ignores */    \
  WORD(uint32_t, ignored_high, ignoredHigh)  /* signals 33 to 64 */                          \
  WORD(uint32_t, blocked_low, blockedLow)    /* with kMask: signals that it starts with */   \
  WORD(uint32_t, blocked_high, blockedHigh)  /* blocked, likewise */                         \
  WORD(uint32_t, fds, fds)                   /* int32_t each: fds[i] becomes descriptor i */ \
  WORD(uint32_t, fd_count, fdCount)                                                          \
  WORD(uint32_t, groups, groups) /* uint32_t each; with kGroups */                           \
  WORD(uint32_t, group_count, groupCount)                                                    \
  WORD(uint32_t, limits, limits) /* PlanLimit each */                                        \
  WORD(uint32_t, limit_count, limitCount)                                                    \
  WORD(uint32_t, files, files) /* strings, tried in turn as execvp() does */                 \
  WORD(uint32_t, file_bytes, fileBytes)                                                      \
  WORD(uint32_t, argv, argv) /* strings */                                                   \
  WORD(uint32_t, argv_bytes, argvBytes)                                                      \
  WORD(uint32_t, env, env) /* strings */                                                     \
  WORD(uint32_t, env_bytes, envBytes)                                                        \
  WORD(uint32_t, cwd, cwd) /* the last string; 0: the parent's directory */

// FLAG(name in C++, name in TypeScript, value)
#define SEXTON_PLAN_FLAGS(FLAG)                                                      \
  FLAG(kSession, session, 1)                                                         \
  FLAG(kForeground, foreground, 2)            /* as a shell's job gets it */         \
  FLAG(kPidfd, pidfd, 4)                      /* the parent wants a pidfd */         \
  FLAG(kGroups, groups, 8)                    /* change the supplementary groups */  \
  FLAG(kGroupsIfAllowed, groupsIfAllowed, 16) /* EPERM is no failure then */         \
  FLAG(kMask, mask, 32)                       /* otherwise the parent's mask */      \
  FLAG(kOwnVariables, ownVariables, 64)       /* exec.cc names them */               \
  FLAG(kNoShell, noShell, 128)                /* a file without "#!" is no script */ \
  FLAG(kUnawaited, unawaited, 256)            /* the parent may go on before exec */ \
  FLAG(kOutlives, outlives, 512)              /* ends later than its worker */       \
  FLAG(kKeepsSignals, keepsSignals, 1024)     /* the parent has no handlers */

// A limit for setrlimit(2). Both halves with all bits set: RLIM_INFINITY.
#define SEXTON_PLAN_LIMIT(WORD)       \
  WORD(uint32_t, resource, resource)  \
  WORD(uint32_t, soft_low, softLow)   \
  WORD(uint32_t, soft_high, softHigh) \
  WORD(uint32_t, hard_low, hardLow)   \
  WORD(uint32_t, hard_high, hardHigh)

#define SEXTON_FIELD(type, name, key) type name;
struct SpawnPlan {
  SEXTON_PLAN_WORDS(SEXTON_FIELD)
};
struct PlanLimit {
  SEXTON_PLAN_LIMIT(SEXTON_FIELD)
};
#undef SEXTON_FIELD

#define SEXTON_FLAG(name, key, value) name = value,
enum PlanFlag : uint32_t { SEXTON_PLAN_FLAGS(SEXTON_FLAG) };
#undef SEXTON_FLAG

constexpr int32_t kUnchanged = -1;
// In fds, besides descriptors of this process. lib/spawn/plan.ts has the same numbers.
constexpr int32_t kNullDevice = -1;  // /dev/null, or a closed descriptor above 2
constexpr int32_t kReadPipe = -2;    // a pipe that this process reads: pipes.h
constexpr int32_t kWritePipe = -3;   // a pipe that this process writes

// Tells whether the block is a plan that a child can follow: each section lies within the block and
// after the one before it, and its strings end there. A child trusts its plan.
bool IsWhole(const void* block, size_t size);

// How many pointers a child needs room for: argv with a null and two more, env with a null.
size_t CountPointers(const SpawnPlan& plan);

// The address of a section.
template <typename T>
T* PlanPart(SpawnPlan* plan, uint32_t offset) {
  return reinterpret_cast<T*>(reinterpret_cast<char*>(plan) + offset);
}

inline bool Has(const SpawnPlan& plan, PlanFlag flag) { return (plan.flags & flag) != 0; }

}  // namespace sexton

#endif  // SEXTON_SPAWN_PLAN_H_
