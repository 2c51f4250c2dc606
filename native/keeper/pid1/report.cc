#include "keeper/pid1/report.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/process.h"
#include "platform/terminal.h"

namespace sexton::pid1 {
namespace {

constexpr int kStandardError = 2;

// Milliseconds for which it waits for an observer that lags behind a burst. On a busy machine Node
// needs many of them to come to its turn. One that has made no room in that time is not waited for
// again until it reads.
constexpr int kPatience = 2000;

bool HasRoom(int socket, int patience) {
  pollfd room = {socket, POLLOUT, 0};
  return Retry([&] { return poll(&room, 1, patience); }) == 1;
}

}  // namespace

void Report::Prepare(const Settings& settings) {
  name_ = settings.persona->name;
  verbosity_ = settings.verbosity;
}

void Report::SetObserver(int socket, bool events) {
  observer_ = socket;
  events_ = events;
}

void Report::CloseObserver() {
  if (observer_ >= 0) close(observer_);
  observer_ = -1;
  events_ = false;
}

void Report::Tell(Level level, const Happening& facts, const Line& text) {
  if (!Wants(level)) return;
  Happening whole = facts;
  whole.level = level;
  if (observer_ >= 0 && SendToObserver(whole, text)) return;
  if (verbosity_ >= level) Print(text);
}

// False if the observer is gone. A socket takes a message whole or not at all.
bool Report::SendToObserver(const Happening& facts, const Line& text) {
  char bytes[sizeof(Happening) + Line::kMost];
  Happening sized = facts;
  sized.size = static_cast<uint32_t>(sizeof sized + text.size());
  memcpy(bytes, &sized, sizeof sized);
  memcpy(bytes + sizeof sized, text.text(), text.size());
  const auto send_now = [&] {
    return Retry([&] { return send(observer_, bytes, sized.size, MSG_DONTWAIT | MSG_NOSIGNAL); });
  };
  long sent = send_now();
  if (sent == -EAGAIN && observer_reads_ && HasRoom(observer_, kPatience)) sent = send_now();
  observer_reads_ = sent != -EAGAIN;
  if (sent >= 0 || sent == -EAGAIN) return true;
  CloseObserver();
  return false;
}

// Starts on a new line after half a line.
void Report::Print(const Line& text) {
  Line line;
  line.Add(is_torn_ ? "\n" : "").Add(name_).Add(": ").AddPrintable(text.text()).End();
  const ssize_t written = WriteFromBackground(kStandardError, line.text(), line.size(), 0);
  if (written > 0) is_torn_ = static_cast<size_t>(written) < line.size();
}

}  // namespace sexton::pid1
