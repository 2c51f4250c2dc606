#ifndef SEXTON_KEEPER_HOLDER_H_
#define SEXTON_KEEPER_HOLDER_H_

#include <signal.h>
#include <sys/types.h>

#include "keeper/console.h"
#include "keeper/frames.h"
#include "keeper/hold_frames.h"
#include "keeper/hold_settings.h"
#include "keeper/server_socket.h"
#include "wait/wait.h"

namespace sexton {

// The keeper of a container, or of one more process in it. The container outlives its shim, because
// this is its parent, and holds a copy of everything that is the container's.
//
// holder         its life: the start, and then one poll(2) of signals, of the servers' socket and
// of
//                the console. While nothing happens it sleeps
// hold_settings  what it was told at the start: the runtime, the exit command, and paths
// server_socket  the servers, one at a time; hold_frames has their language
// console        the terminal's way from the runtime
// remains        what is written if no server comes when the container has ended
//
// It tells facts, and a server that comes later is told all of them again. So there is no queue: it
// remembers what has happened, and which of it the present server knows.
//
// It is Linux alone. Once it runs it allocates no memory, and has no thread.
class Holder {
 public:
  Holder() : servers_(kAdoption) {}

  // Returns when everything is done. Other programs show this process by `name`.
  void Run(const char* name);

 private:
  enum class State { kWaiting, kRunning, kOver };  // of the runtime

  // The start.
  void Prepare(const char* name);
  void TakeSlots();
  void Refuse(Refusal refusal, int error);
  SpawnPlan* WithOwnMask(SpawnPlan* plan) const;
  void Create();
  void CloseLent();

  // What wakes it.
  void Sleep();
  int Patience() const;
  void HearSignals();
  void PassOn(int signal);
  void HearServer();
  void Obey(const HoldRequestFrame& frame);
  bool Advance(uint32_t progress);
  void TellDraft();
  void TurnAway();
  void Note();
  void Drop(uint32_t slot);
  void TakeTerminal();
  void Greet();

  // What it tells.
  void Learn(HoldReport fact) { facts_ |= 1u << static_cast<uint32_t>(fact); }
  void Tell();
  bool TellFact(HoldReport fact);
  bool TellHeld();

  // Ends.
  void Reap();
  void OnRuntimeEnd();
  void CheckEnd();
  bool IsOver() const;
  bool WaitForRoom();
  void Finish();
  void TellCode();
  void RunCommand();

  HoldMap map_;
  sigset_t original_mask_;
  ServerSocket servers_;
  Console console_;
  int signals_ = -1;
  int slots_[kSlots];
  State state_ = State::kWaiting;
  pid_t runtime_ = 0;
  pid_t container_ = 0;  // 0: not known, or has ended
  int in_flight_ = 0;    // a signal that waits for the container's pid
  uint32_t progress_ = kNothing;
  uint32_t facts_ = 0;  // bits of HoldReport: what has happened
  uint32_t told_ = 0;   // and what the server knows of it
  uint32_t refusal_[2];
  uint32_t failure_[2];
  uint32_t container_pid_ = 0;
  WaitStatus runtime_status_;
  WaitStatus container_status_;
  uint64_t deadline_;      // when the end is written without a server
  uint64_t interval_ = 0;  // milliseconds before the end is tried again; 0: it was not
  uint64_t give_up_ = 0;   // when that is over
  uint64_t rest_ = 0;      // until when no peer is accepted
  bool more_to_reap_ = false;
  bool done_ = false;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_HOLDER_H_
