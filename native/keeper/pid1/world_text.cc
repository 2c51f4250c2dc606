#include <fcntl.h>

#include "keeper/pid1/signals.h"
#include "keeper/pid1/supervisor.h"

// The message of -vvv about the world that pid1 was started in.

namespace sexton::pid1 {
namespace {

constexpr int kLastOfStandard = 2;

// Adds an inherited descriptor. This process's own are close-on-exec.
void AddDescriptor(void* line, pid_t fd) {
  const int flags = fcntl(fd, F_GETFD);
  if (fd <= kLastOfStandard || flags < 0 || (flags & FD_CLOEXEC) != 0) return;
  static_cast<Line*>(line)->Add(" ").Add(fd);
}

void AddSignals(Line* line, uint64_t set) {
  if (set == 0) line->Add(" none");
  for (int signal = 1; set != 0; ++signal, set >>= 1) {
    if ((set & 1) != 0) AddSignal(&line->Add(" "), signal);
  }
}

}  // namespace

void Supervisor::SayWorld() {
  const char* const role = world_.self == 1 ? "PID 1"
                           : adopts_        ? "a subreaper"
                                            : "neither PID 1 nor a subreaper";
  Line line;
  line.Add(world_.self).Add(" is ").Add(role).Add("; inherited descriptors:");
  const size_t before = line.size();
  Proc proc;
  if (proc.Open() == 0) proc.EachNumber("self/fd", AddDescriptor, &line);
  proc.Close();
  if (line.size() == before) line.Add(" none");
  AddSignals(&line.Add("; ignored signals:"), world_.unignored | IgnoredAmong(~uint64_t{0}));
  AddSignals(&line.Add("; blocked:"), world_.blocked);
  report_.Say(kTrace, line);
}

}  // namespace sexton::pid1
