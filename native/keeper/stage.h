#ifndef SEXTON_KEEPER_STAGE_H_
#define SEXTON_KEEPER_STAGE_H_

#include <cstddef>
#include <cstdint>

// The file in memory through which output goes on its way from a pipe to the logs, so that it is
// never in a server's memory alone. splice(2) moves it there, and a truncation to nothing says that
// the logs have it. lib/shim/stage.ts writes the file.

namespace sexton {

constexpr size_t kMostLogs = 3;

// What the output follows. The streams are 1, stdout, and 2, stderr; 0 means that nothing of it is
// in a log. The sizes and inodes are those of the logs before.
struct StageHeader {
  uint32_t stream;
  uint32_t logs;
  struct {
    uint64_t size;
    uint64_t inode;
  } log[kMostLogs];
  uint64_t unused;
};
static_assert(sizeof(StageHeader) == 64, "the output begins here");

}  // namespace sexton

#endif  // SEXTON_KEEPER_STAGE_H_
