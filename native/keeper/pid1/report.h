#ifndef SEXTON_KEEPER_PID1_REPORT_H_
#define SEXTON_KEEPER_PID1_REPORT_H_

#include <sys/types.h>

#include "keeper/pid1/line.h"
#include "keeper/pid1/settings.h"
#include "wait/wait.h"

namespace sexton::pid1 {

// What has happened. lib/cli/pid1/observer.ts has the same numbers.
enum class Event : uint32_t {
  kNone,  // a message without an event
  kStarted,
  kStopped,
  kContinued,
  kForwarded,
  kForced,  // the command was sent SIGKILL
  kReaped,
  kExited,
  kAsked,  // a survivor was sent SIGTERM or SIGKILL
  kLeft,
  kDropped,  // a message about a signal, without an event
};

// A happening, as the observer gets it, with the text after it. lib/cli/pid1/observer.ts reads the
// fields by their places.
struct Happening {
  uint32_t size = 0;
  int32_t level = 0;
  Event event = Event::kNone;
  int32_t pid = 0;
  int32_t signal = 0;
  int32_t sent = 0;  // in place of `signal`
  int32_t origin_pid = 0;
  uint32_t origin_uid = 0;
  int32_t origin_code = 0;
  int32_t exit_code = 0;
  char name[16] = "";
  double record[kRecordFields] = {};  // a status
};
static_assert(sizeof(Happening) == 56 + 8 * kRecordFields, "it has no gaps");

// Messages for people on standard error, and events for the observer. It waits for no reader: what
// a full pipe cannot take is lost.
class Report {
 public:
  void Prepare(const Settings& settings);

  // Gives everything to the observer from now on, until that is gone. `events`: even what is no
  // message.
  void SetObserver(int socket, bool events);
  bool has_observer() const { return observer_ >= 0; }

  // Lets the observer see the end.
  void CloseObserver();

  // Whether a message of this level, or its event, goes anywhere.
  bool Wants(Level level) const { return events_ || verbosity_ >= level; }

  void Say(Level level, const Line& text) { Tell(level, {}, text); }
  void Tell(Level level, const Happening& facts, const Line& text);

 private:
  bool SendToObserver(const Happening& facts, const Line& text);
  void Print(const Line& text);

  const char* name_ = "pid1";
  int64_t verbosity_ = kWarning;
  bool events_ = false;
  int observer_ = -1;
  bool observer_reads_ = true;
  bool is_torn_ = false;  // half of the last line was written
};

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_REPORT_H_
