#ifndef SEXTON_KEEPER_HOLD_FRAMES_H_
#define SEXTON_KEEPER_HOLD_FRAMES_H_

#include <cstddef>
#include <cstdint>

// The messages between a server and the keeper of a container. Each is one message of a
// SOCK_SEQPACKET socket: a kind (1 byte), three zeros, and words of 32 bits, little endian.
// lib/keeper/hold-frames.ts has the same lists, and test/lib/keeper/hold-frames.test.ts compares
// them.

namespace sexton {

// kAdopt, kRefused and their words must stay the same in all versions.
constexpr uint32_t kHoldVersion = 4;

// Server to keeper.
#define SEXTON_HOLD_REQUESTS(FRAME)                                                        \
  FRAME(kAdopt, 1)    /* uint32_t kHoldVersion: the sender is the server from now on */    \
  FRAME(kCreate, 2)   /* starts the runtime, once */                                       \
  FRAME(kSignal, 3)   /* uint32_t signal: to the container's first process */              \
  FRAME(kDrop, 4)     /* uint32_t Slot: closes the keeper's copy */                        \
  FRAME(kProgress, 5) /* uint32_t Progress: what the manager has been told */              \
  FRAME(kFinish, 6)   /* the keeper lets go of everything, runs the exit command, exits */ \
  FRAME(kTell, 7)     /* uint32_t Progress: by the draft, unless the manager was told */

// Keeper to server. kHeld answers kAdopt, and the facts so far follow it in this order.
#define SEXTON_HOLD_REPORTS(FRAME)                                                        \
  FRAME(kHeld, 1)      /* uint32_t pid, Progress, bits of slots; their descriptors */     \
  FRAME(kBusy, 2)      /* uint32_t pid of the server that is there */                     \
  FRAME(kRefused, 3)   /* uint32_t Refusal, errno: no adoption, or no start */            \
  FRAME(kFailed, 4)    /* uint32_t SpawnStep, errno: the runtime could not be started */  \
  FRAME(kStarted, 5)   /* uint32_t pid of the runtime */                                  \
  FRAME(kTerminal, 6)  /* the terminal's descriptor */                                    \
  FRAME(kExited, 7)    /* the runtime's record (wait/wait.h), 12 doubles */               \
  FRAME(kContainer, 8) /* uint32_t pid; 0: the runtime left no process that is a child */ \
  FRAME(kEnded, 9)     /* the container's record */                                       \
  FRAME(kNoted, 10)    /* uint32_t Progress: the manager has been told that much */       \
  FRAME(kFinished, 11) /* the keeper has let go, and the exit command is next */

// The descriptors that the keeper holds.
#define SEXTON_SLOTS(SLOT)                                                              \
  SLOT(kNotes, 0)    /* a file in memory for the servers; the keeper never reads it */  \
  SLOT(kStage, 1)    /* a file in memory with output on its way to the log: stage.h */  \
  SLOT(kStdin, 2)    /* a pipe's write end */                                           \
  SLOT(kStdout, 3)   /* a pipe's read end */                                            \
  SLOT(kStderr, 4)   /* a pipe's read end; with a terminal, what the runtime says */    \
  SLOT(kTerminal, 5) /* the terminal, which comes from the runtime */                   \
  SLOT(kManager, 6)  /* the pipe on which the manager hears of the start */             \
  SLOT(kRelay, 7)    /* a read end: output on its way from the terminal to the stage */ \
  SLOT(kDraft, 8)    /* a file in memory with messages on their way to the manager */

#define SEXTON_VALUE(name, value) name = value,
enum class HoldRequest : uint8_t { SEXTON_HOLD_REQUESTS(SEXTON_VALUE) };
enum class HoldReport : uint8_t { SEXTON_HOLD_REPORTS(SEXTON_VALUE) };
enum Slot : uint32_t { SEXTON_SLOTS(SEXTON_VALUE) };
#undef SEXTON_VALUE

constexpr uint32_t kSlots = 9;

// The facts that the manager has: the pid; the end, by a message; the end, by files, or that there
// is no container.
enum Progress : uint32_t { kNothing = 0, kTold = 1, kEndTold = 2, kReported = 3 };

struct HoldRequestFrame {
  HoldRequest kind;
  uint8_t zeros[3];
  uint32_t word;
};
static_assert(sizeof(HoldRequestFrame) == 8, "a request has no gaps");

// Tells whether a message of this size is a request.
bool IsSound(const HoldRequestFrame& frame, size_t size);

}  // namespace sexton

#endif  // SEXTON_KEEPER_HOLD_FRAMES_H_
