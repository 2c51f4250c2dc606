#ifndef SEXTON_KEEPER_HOLD_SETTINGS_H_
#define SEXTON_KEEPER_HOLD_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "spawn/plan.h"

// The settings of a container's keeper, in a sealed memfd: the words below, two plans
// (spawn/plan.h) and lists of paths.

namespace sexton {

// The descriptors that it starts with, besides kSettings. From kFirstOfCommand on come those of the
// slots, in their order, and then those of the runtime.
constexpr int kAdoption = 3;  // the socket at which servers connect
constexpr int kConsole = 4;   // the socket at which the runtime hands over the terminal

constexpr uint32_t kHoldSettingsVersion = 4;

// The forms in which an end is written.
constexpr uint32_t kShimmysForm = 1;  // logs without marks, and an exit file that is JSON
constexpr uint32_t kTellsCode = 2;    // the manager is told the exit code: {"data": 3}
constexpr uint32_t kLegacyCode = 4;   // and by its old name: {"exit_code": 3}
constexpr uint32_t kAllForms = kShimmysForm | kTellsCode | kLegacyCode;

// WORD(name in C++, name in TypeScript). lib/keeper/hold-settings.ts has the same list. A section
// is where it begins in the block, and its bytes. A path is absolute, and ends with a NUL.
#define SEXTON_HOLD_SETTINGS(WORD)                                                    \
  WORD(version, version)         /* kHoldSettingsVersion */                           \
  WORD(slots, slots)             /* the bits of those that are filled at the start */ \
  WORD(lent, lent)               /* how many descriptors are the runtime's alone */   \
  WORD(has_console, hasConsole)  /* 1: kConsole is open */                            \
  WORD(patience, patience)       /* milliseconds that an end waits for a server */    \
  WORD(persistence, persistence) /* and for room, if there is none for its files */   \
  WORD(delay, delay)             /* milliseconds before the exit command */           \
  WORD(form, form)               /* bits of the forms above */                        \
  WORD(runtime, runtime)         /* the plan of the runtime */                        \
  WORD(runtime_bytes, runtimeBytes)                                                   \
  WORD(command, command)            /* the plan of the exit command */                \
  WORD(command_bytes, commandBytes) /* 0: there is none */                            \
  WORD(pidfile, pidfile)            /* the path at which the runtime leaves a pid */  \
  WORD(pidfile_bytes, pidfileBytes)                                                   \
  WORD(exit_files, exitFiles) /* paths for the exit code */                           \
  WORD(exit_files_bytes, exitFilesBytes)                                              \
  WORD(logs, logs) /* paths of logs in the Kubernetes format */                       \
  WORD(logs_bytes, logsBytes)                                                         \
  WORD(sockets, sockets) /* paths to be removed at the end */                         \
  WORD(sockets_bytes, socketsBytes)

#define SEXTON_WORD(name, key) uint32_t name;
struct HoldSettings {
  SEXTON_HOLD_SETTINGS(SEXTON_WORD)
};
#undef SEXTON_WORD

// Paths in a row, each with its NUL.
class Paths {
 public:
  Paths(const char* begin, size_t size) : at_(begin), end_(begin + size) {}

  // The next one, or null.
  const char* Next() {
    if (at_ == end_) return nullptr;
    const char* const path = at_;
    at_ += strlen(at_) + 1;
    return path;
  }

 private:
  const char* at_;
  const char* end_;
};

// The memfd, mapped for the keeper's whole life. A child writes to its copy of a plan alone.
class HoldMap {
 public:
  // 0 or -errno. -EINVAL if the words, plans or paths are not whole, or another version's. Nothing
  // else may be asked then.
  int Map(int fd);

  // Gives its pages back until they are read again, in their first state.
  void Rest();

  bool is_whole() const { return is_whole_; }
  const HoldSettings& words() const { return *reinterpret_cast<const HoldSettings*>(block_); }
  SpawnPlan* runtime() { return PlanAt(words().runtime); }
  SpawnPlan* command() { return words().command_bytes == 0 ? nullptr : PlanAt(words().command); }
  const char* pidfile() const { return block_ + words().pidfile; }
  Paths exit_files() const { return {block_ + words().exit_files, words().exit_files_bytes}; }
  Paths logs() const { return {block_ + words().logs, words().logs_bytes}; }
  Paths sockets() const { return {block_ + words().sockets, words().sockets_bytes}; }

 private:
  SpawnPlan* PlanAt(uint32_t at) { return reinterpret_cast<SpawnPlan*>(block_ + at); }
  bool IsWhole() const;
  bool HasPlan(uint32_t at, uint32_t bytes) const;
  bool HasPaths(uint32_t at, uint32_t bytes) const;

  bool is_whole_ = false;
  char* block_ = nullptr;
  size_t size_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_HOLD_SETTINGS_H_
