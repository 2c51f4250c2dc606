#ifndef SEXTON_KEEPER_PID1_SIGNALS_H_
#define SEXTON_KEEPER_PID1_SIGNALS_H_

#include <signal.h>

#include "keeper/pid1/line.h"
#include "keeper/pid1/world.h"

// Sets of signals, and their names.

namespace sexton::pid1 {

// The signals of a fault of this process. Forwarding one and running on would hide the fault.
constexpr uint64_t kFaults = BitOf(SIGSEGV) | BitOf(SIGBUS) | BitOf(SIGFPE) | BitOf(SIGILL) |
                             BitOf(SIGTRAP) | BitOf(SIGABRT) | BitOf(SIGSYS);

// They ask a program to exit.
constexpr uint64_t kTerminating = BitOf(SIGINT) | BitOf(SIGQUIT) | BitOf(SIGTERM);

// A terminal stops its background or its foreground by these.
constexpr uint64_t kStops = BitOf(SIGTSTP) | BitOf(SIGTTIN) | BitOf(SIGTTOU);

// A terminal sends these to every process of its foreground.
constexpr uint64_t kFromTerminal = BitOf(SIGINT) | BitOf(SIGQUIT) | BitOf(SIGWINCH) | kStops;

// Counted from glibc's first realtime signal, whichever C library this program has.
constexpr int kRealtimeMin = 34;
constexpr int kRealtimeMax = 64;

constexpr bool Contains(uint64_t set, int signal) {
  return signal > 0 && (set & BitOf(signal)) != 0;
}

// Adds the name: SIGTERM, SIGRTMIN+3, SIG32.
void AddSignal(Line* line, int signal);

// The number of a signal by its number or name, with or without SIG. -1 if there is none, or if the
// C library of most programs keeps it for itself.
int ParseSignal(const char* word, size_t length);

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_SIGNALS_H_
