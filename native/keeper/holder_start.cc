#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

#include "keeper/holder.h"
#include "keeper/settings.h"
#include "keeper/start.h"
#include "platform/process.h"
#include "spawn/spawn.h"

// The start of a container's keeper, and that of the runtime.

namespace sexton {

void Holder::Prepare(const char* name) {
  deadline_ = kForever;
  for (int& slot : slots_) slot = -1;
  const int withdrawn = Withdraw(&original_mask_);
  if (withdrawn < 0) return Refuse(kNoSignalfd, -withdrawn);
  prctl(PR_SET_NAME, name);
  const int mapped = map_.Map(kSettings);
  if (mapped < 0) return Refuse(kNoSettings, -mapped);
  TakeSlots();
  const int subreaper = SetSubreaper(true);
  if (subreaper < 0) return Refuse(kNoSubreaper, -subreaper);
  sigset_t heard;
  sigemptyset(&heard);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGQUIT}) sigaddset(&heard, signal);
  signals_ = signalfd(-1, &heard, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals_ < 0) Refuse(kNoSignalfd, errno);
}

void Holder::TakeSlots() {
  const HoldSettings& words = map_.words();
  int next = kFirstOfCommand;
  for (uint32_t slot = 0; slot < kSlots; ++slot) {
    if ((words.slots & 1u << slot) != 0) slots_[slot] = next++;
  }
  const int end = next + static_cast<int>(words.lent);
  CloseFrom(end);
  for (int fd = kAdoption; fd < end; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (words.has_console == 1) console_.Open(kConsole);
}

// The server is told, and lets go then.
void Holder::Refuse(Refusal refusal, int error) {
  refusal_[0] = refusal;
  refusal_[1] = static_cast<uint32_t>(error);
  Learn(HoldReport::kRefused);
}

// A child gets the mask that this process started with, and not its own.
SpawnPlan* Holder::WithOwnMask(SpawnPlan* plan) const {
  if (!Has(*plan, kMask)) UseMask(plan, original_mask_);
  return plan;
}

void Holder::Create() {
  if (state_ != State::kWaiting || refusal_[0] != kNone) return;
  const SpawnResult result = Spawn(WithOwnMask(map_.runtime()));
  CloseLent();
  map_.Rest();
  static_cast<void>(chdir("/") == 0);
  if (result.pid == 0) {
    failure_[0] = static_cast<uint32_t>(result.step);
    failure_[1] = static_cast<uint32_t>(result.error);
    state_ = State::kOver;
    console_.Close();
    return Learn(HoldReport::kFailed);
  }
  if (result.pidfd >= 0) close(result.pidfd);
  runtime_ = result.pid;
  state_ = State::kRunning;
  Learn(HoldReport::kStarted);
}

// Nobody would see an end of the streams otherwise: this process could still write to them.
void Holder::CloseLent() {
  int first = kFirstOfCommand;
  for (uint32_t slot = 0; slot < kSlots; ++slot) {
    if ((map_.words().slots & 1u << slot) != 0) ++first;
  }
  for (uint32_t i = 0; i < map_.words().lent; ++i) close(first + static_cast<int>(i));
}

}  // namespace sexton
