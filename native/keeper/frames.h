#ifndef SEXTON_KEEPER_FRAMES_H_
#define SEXTON_KEEPER_FRAMES_H_

#include <cstddef>
#include <cstdint>

// The frames between Node and the keeper: a kind (1 byte), three zeros, the payload's length
// (uint32_t), the payload. Numbers are little endian. lib/keeper/frames.ts has the same lists, and
// test/lib/keeper/frames.test.ts compares them.

namespace sexton {

// Node to keeper: FRAME(name in C++, kind). The signal of an ending is 0 for that of the settings;
// SIGKILL ends the grace of one that has begun.
#define SEXTON_REQUESTS(FRAME)                                                   \
  FRAME(kEnd, 1)     /* uint32_t reason, signal: begins the ending */            \
  FRAME(kSignal, 2)  /* uint32_t signal: sends it to the command */              \
  FRAME(kKeep, 3)    /* uint32_t pid, two halves of its start time: spares it */ \
  FRAME(kRelease, 4) /* a lost connection spares the kept from now on */         \
  FRAME(kPing, 5)    /* asks for a kPong */

// Keeper to Node. A process is its pid, the errno of a signal to it, the letter of its state, its
// parent's pid (uint32_t each), its name with a NUL, and the words of its command line, as far as
// they fit.
#define SEXTON_REPORTS(FRAME)                                                             \
  FRAME(kRefused, 1)  /* uint32_t Refusal, errno: nothing was started */                  \
  FRAME(kFailed, 2)   /* uint32_t SpawnStep, errno: the command could not be started */   \
  FRAME(kStarted, 3)  /* uint32_t pid */                                                  \
  FRAME(kExited, 4)   /* the command's record (wait/wait.h), 12 doubles */                \
  FRAME(kReaped, 5)   /* an orphan's record */                                            \
  FRAME(kEnding, 6)   /* uint32_t reason: the ending has begun */                         \
  FRAME(kKilled, 7)   /* a process: it was sent SIGKILL */                                \
  FRAME(kLeft, 8)     /* a process: it could not be ended */                              \
  FRAME(kDropped, 9)  /* uint32_t: how many events of processes did not fit */            \
  FRAME(kEnded, 10)   /* uint32_t: kept that live on, uint32_t: left; all else is gone */ \
  FRAME(kPong, 11)    /* an answer to kPing */                                            \
  FRAME(kAsked, 12)   /* a process: it was sent the kill signal */                        \
  FRAME(kLimited, 13) /* uint32_t: the limits that were hit, Limit bits */                \
  FRAME(kInit, 14)    /* uint32_t pid: the init of the job's PID namespace */

// Why an ending has begun. Node sends any number; these are the keeper's own.
#define SEXTON_REASONS(REASON)                                                 \
  REASON(kReasonExit, 1)    /* the command has exited, and others still run */ \
  REASON(kReasonTimeout, 2) /* the job's time is over */                       \
  REASON(kReasonParent, 3)  /* Node is gone, or its connection */              \
  REASON(kReasonSignal, 4)  /* somebody sent the keeper a signal that asks so */

// Why nothing was started.
#define SEXTON_REFUSALS(REFUSAL)                                                        \
  REFUSAL(kNoSettings, 1)      /* the settings are not whole, or another version's */   \
  REFUSAL(kNoProc, 2)          /* /proc is not mounted, or not of this namespace */     \
  REFUSAL(kNoSubreaper, 3)     /* orphans cannot be adopted */                          \
  REFUSAL(kNoPidfd, 4)         /* the kernel has no pidfds, or a filter forbids them */ \
  REFUSAL(kNoSignalfd, 5)      /* no signalfd */                                        \
  REFUSAL(kNoCgroup, 6)        /* the cgroup has no cgroup.freeze                */     \
  REFUSAL(kNoUserNamespace, 7) /* no user namespace, or its user cannot be mapped */    \
  REFUSAL(kNoNamespace, 8)     /* no PID namespace, or no mount namespace */            \
  REFUSAL(kNoMount, 9)         /* no /proc can be mounted in it */                      \
  REFUSAL(kNoGroup, 10)        /* a cgroup of version 1 cannot be joined */

#define SEXTON_VALUE(name, value) name = value,
enum class Request : uint8_t { SEXTON_REQUESTS(SEXTON_VALUE) };
enum class Report : uint8_t { SEXTON_REPORTS(SEXTON_VALUE) };
enum Reason : uint32_t { SEXTON_REASONS(SEXTON_VALUE) };
enum Refusal : uint32_t { kNone = 0, SEXTON_REFUSALS(SEXTON_VALUE) };
#undef SEXTON_VALUE

// The limits of a job. lib/keeper/frames.ts has the same bits.
enum Limit : uint32_t { kProcesses = 1, kMemory = 2, kCpu = 4 };

struct FrameHeader {
  uint8_t kind;
  uint8_t zeros[3];
  uint32_t length;
};
static_assert(sizeof(FrameHeader) == 8, "a header has no gaps");

// The largest payload of a request. A longer one is none of ours.
constexpr size_t kMostRequest = 16;

struct RequestFrame {
  Request kind;
  uint32_t words[kMostRequest / sizeof(uint32_t)];
};

// Cuts a stream of bytes into requests.
class RequestReader {
 public:
  // The room for the next bytes, and its size, which is never 0.
  char* room() { return bytes_ + size_; }
  size_t space() const { return sizeof bytes_ - size_; }
  void Added(size_t size) { size_ += size; }

  enum class Next { kFrame, kNothing, kGarbled };
  // Takes the next request. After kGarbled the stream has no meaning any more.
  Next Take(RequestFrame* frame);

 private:
  char bytes_[256];
  size_t size_ = 0;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_FRAMES_H_
