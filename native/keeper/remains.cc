#include "keeper/remains.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/hold_frames.h"
#include "keeper/log_files.h"
#include "keeper/text.h"
#include "platform/process.h"

namespace sexton {
namespace {

// The most that a terminal still has. A process that the container left may write to it for ever.
constexpr size_t kMostOfTerminal = 1 << 20;

// Room for pieces of output. No page of it exists before it is used.
char piece[1 << 16];

// Appends what a server has taken from a pipe, but has not said to be in the logs.
void AppendStage(int fd, LogFiles* logs) {
  StageHeader header;
  const long head = Retry([&] { return pread(fd, &header, sizeof header, 0); });
  if (head != static_cast<long>(sizeof header)) return;
  if (header.stream != 0) logs->CutTo(header);
  auto at = static_cast<off_t>(sizeof header);
  for (;;) {
    const long size = Retry([&] { return pread(fd, piece, sizeof piece, at); });
    if (size <= 0) return;
    logs->Append(header.stream == 2 ? "stderr" : "stdout", piece, static_cast<size_t>(size));
    at += size;
  }
}

// Appends at most so much, for others may write for ever.
void AppendRest(int fd, const char* stream, size_t most, LogFiles* logs) {
  while (most > 0) {
    const size_t room = most < sizeof piece ? most : sizeof piece;
    const long size = Retry([&] { return read(fd, piece, room); });
    if (size <= 0) return;
    logs->Append(stream, piece, static_cast<size_t>(size));
    most -= static_cast<size_t>(size);
  }
}

size_t BytesIn(int pipe) {
  int bytes = 0;
  return ioctl(pipe, FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<size_t>(bytes) : 0;
}

// Of a record that finds no room, its loss is told when there is room.
bool AppendOutput(const HoldMap& map, const int* slots) {
  static LogFiles logs;
  logs.Open(map.logs(), (map.words().form & kShimmysForm) == 0);
  AppendStage(slots[kStage], &logs);
  AppendRest(slots[kStdout], "stdout", BytesIn(slots[kStdout]), &logs);
  AppendRest(slots[kStderr], "stderr", BytesIn(slots[kStderr]), &logs);
  AppendRest(slots[kRelay], "stdout", BytesIn(slots[kRelay]), &logs);
  AppendRest(slots[kTerminal], "stdout", kMostOfTerminal, &logs);
  logs.TellLoss();
  logs.Close();
  // The logs have it: neither a later call nor a server may write it once more.
  static_cast<void>(ftruncate(slots[kStage], 0) == 0);
  return !logs.has_loss();
}

// Writes a file. A reader sees the whole file or none. False if there was no room for it.
bool WriteWhole(const char* path, const char* text) {
  char draft[PATH_MAX + 32];
  const size_t size = strlen(path);
  if (size >= PATH_MAX) return true;
  Path ending;
  ending.Add(".").Add(getpid()).Add(".tmp");
  memcpy(draft, path, size);
  memcpy(draft + size, ending.text(), strlen(ending.text()) + 1);
  const int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return !LacksRoom(errno);
  const size_t length = strlen(text);
  const long written = Retry([&] { return write(fd, text, length); });
  close(fd);
  const bool is_whole = written == static_cast<long>(length);
  int error = is_whole ? 0 : ENOSPC;
  if (written < 0) error = static_cast<int>(-written);
  if (is_whole && rename(draft, path) != 0) error = errno;
  if (error != 0) unlink(draft);
  return !LacksRoom(error);
}

// The exit file of shimmy.
void WriteShimmysEnd(const WaitStatus& status, char* to) {
  const bool has_exited = status.cause == CLD_EXITED;
  strcpy(to, "{\"at\": \"");
  WriteTime(to + strlen(to));
  strcat(to, has_exited ? "\", \"reason\": \"exited\", \"exitCode\": "
                        : "\", \"reason\": \"signaled\", \"signal\": ");
  Path number;
  number.Add(static_cast<pid_t>(status.status)).Add("}");
  strcat(to, number.text());
}

// The content of the exit files.
void WriteEnd(uint32_t form, const WaitStatus& status, char* to) {
  if ((form & kShimmysForm) != 0) return WriteShimmysEnd(status, to);
  Path code;
  strcpy(to, code.Add(static_cast<pid_t>(CodeOf(status))).text());
}

}  // namespace

int CodeOf(const WaitStatus& status) {
  return status.cause == CLD_EXITED ? status.status : 128 + status.status;
}

bool WriteRemains(const HoldMap& map, const int* slots, const WaitStatus* status,
                  uint32_t progress) {
  bool is_written = AppendOutput(map, slots);
  if (status == nullptr || progress >= kReported) return is_written;
  static char text[128];  // of the first call, which has the time of the end
  if (text[0] == '\0') WriteEnd(map.words().form, *status, text);
  Paths paths = map.exit_files();
  while (const char* const path = paths.Next()) {
    if (!WriteWhole(path, text)) is_written = false;
  }
  return is_written;
}

}  // namespace sexton
