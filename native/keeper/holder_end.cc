#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/ending.h"
#include "keeper/holder.h"
#include "keeper/remains.h"
#include "keeper/search.h"
#include "keeper/settings.h"
#include "keeper/text.h"
#include "platform/process.h"
#include "spawn/spawn.h"

// The ends that a container's keeper sees: the runtime's, the container's, the servers', its own.

namespace sexton {
namespace {

// The most children that are reaped before the server is heard again.
constexpr int kMostReaped = 512;

// Milliseconds between tries to write what finds no room. Each interval is twice as long as the one
// before. The longest is what a manager may wait for a code that there would be room for.
constexpr uint64_t kFirstInterval = 50;
constexpr uint64_t kLongestInterval = 5000;

// Reads the pid that the runtime has written. 0 if there is none.
pid_t ReadPid(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return 0;
  char digits[11];
  const long size = Retry([&] { return read(fd, digits, sizeof digits - 1); });
  close(fd);
  int64_t pid = 0;
  for (long i = 0; i < size && digits[i] >= '0' && digits[i] <= '9'; ++i) {
    pid = pid * 10 + (digits[i] - '0');
  }
  return pid <= INT32_MAX ? static_cast<pid_t>(pid) : 0;
}

}  // namespace

// While the runtime lives, others stay zombies: who of them is the container is not known yet.
void Holder::Reap() {
  if (state_ == State::kRunning) {
    WaitStatus status;
    const int result = Take(P_PID, static_cast<id_t>(runtime_), 0, &status);
    if (result < 0 || status.pid == 0) return;
    if (!IsEnd(status)) return static_cast<void>(LetGo(runtime_));
    runtime_status_ = status;
    OnRuntimeEnd();
  }
  Search search;
  int count = 0;
  for (; count < kMostReaped; ++count) {
    WaitStatus status;
    search.Begin();
    TakeAny(search.type(), search.id(), 0, &status);
    if (!search.Goes(status.pid)) break;
    if (!IsEnd(status) || status.pid != container_) continue;
    container_ = 0;
    container_status_ = status;
    Learn(HoldReport::kEnded);
  }
  more_to_reap_ = count == kMostReaped;
}

void Holder::OnRuntimeEnd() {
  state_ = State::kOver;
  // The terminal may have come together with the end.
  for (int i = 0; i < 2 && console_.fd() >= 0; ++i) TakeTerminal();
  console_.Close();
  Learn(HoldReport::kExited);
  Learn(HoldReport::kContainer);
  const pid_t pid = ReadPid(map_.pidfile());
  map_.Rest();
  WaitStatus status;
  const bool is_child = pid > 0 && Peek(P_PID, static_cast<id_t>(pid), 0, &status) >= 0;
  if (!is_child) return;
  container_ = pid;
  container_pid_ = static_cast<uint32_t>(pid);
  if (in_flight_ != 0) kill(pid, in_flight_);
}

bool Holder::IsOver() const { return state_ == State::kOver && container_ == 0; }

// A server that comes in time writes the end; otherwise this process does. Without one, nothing can
// be started any more.
void Holder::CheckEnd() {
  if (done_) return;
  const bool is_idle = state_ == State::kWaiting || refusal_[0] != kNone;
  if (is_idle && !servers_.is_connected()) return Finish();
  if (!IsOver() || servers_.is_adopted()) {
    deadline_ = kForever;
    interval_ = 0;
    return;
  }
  if (deadline_ == kForever) deadline_ = Now() + map_.words().patience;
  if (Now() < deadline_) return;
  const WaitStatus* const status = container_pid_ == 0 ? nullptr : &container_status_;
  const bool is_written = WriteRemains(map_, slots_, status, progress_);
  if (status != nullptr) TellCode();
  if (is_written || !WaitForRoom()) Finish();
}

// Sets the time of the next try. False if it is too late for one. A server may come meanwhile.
bool Holder::WaitForRoom() {
  const uint64_t now = Now();
  if (interval_ == 0) give_up_ = now + map_.words().persistence;
  interval_ = interval_ == 0 ? kFirstInterval : interval_ * 2;
  if (interval_ > kLongestInterval) interval_ = kLongestInterval;
  deadline_ = now + interval_;
  return deadline_ <= give_up_;
}

void Holder::TellCode() {
  const uint32_t form = map_.words().form;
  if ((form & (kTellsCode | kLegacyCode)) == 0) return;
  Path text;
  text.Add((form & kLegacyCode) != 0 ? "{\"exit_code\": " : "{\"data\": ");
  text.Add(static_cast<pid_t>(CodeOf(container_status_))).Add("}\n");
  if (!Advance(kEndTold)) return;
  // Skips what no server has asked for.
  const off_t end = lseek(slots_[kDraft], 0, SEEK_END);
  if (pwrite(slots_[kDraft], text.text(), strlen(text.text()), end) > 0) TellDraft();
}

// Removes the sockets first: whoever finds one finds a keeper.
void Holder::Finish() {
  done_ = true;
  if (map_.is_whole()) {
    Paths sockets = map_.sockets();
    while (const char* const path = sockets.Next()) unlink(path);
  }
  servers_.Send(HoldReport::kFinished, nullptr, 0);
  servers_.Close();
  console_.Close();
  for (uint32_t slot = 0; slot < kSlots; ++slot) Drop(slot);
  if (state_ != State::kWaiting) RunCommand();
}

// Orphans are not for this process to wait for any more.
void Holder::RunCommand() {
  SpawnPlan* const plan = map_.command();
  if (plan == nullptr) return;
  SetSubreaper(false);
  const uint32_t delay = map_.words().delay;
  const struct timespec pause = {static_cast<time_t>(delay / 1000),
                                 static_cast<long>(delay % 1000) * 1'000'000};
  nanosleep(&pause, nullptr);
  const SpawnResult result = Spawn(WithOwnMask(plan));
  if (result.pid > 0) WaitForEnd(result.pid);
}

}  // namespace sexton
