#include "keeper/remains.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

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

void AppendOutput(const HoldMap& map, const int* slots) {
  LogFiles logs;
  logs.Open(map.logs(), (map.words().form & kShimmysForm) == 0);
  AppendStage(slots[kStage], &logs);
  AppendRest(slots[kStdout], "stdout", BytesIn(slots[kStdout]), &logs);
  AppendRest(slots[kStderr], "stderr", BytesIn(slots[kStderr]), &logs);
  AppendRest(slots[kRelay], "stdout", BytesIn(slots[kRelay]), &logs);
  AppendRest(slots[kTerminal], "stdout", kMostOfTerminal, &logs);
  logs.Close();
}

// Readers see all of the file, or nothing.
void WriteWhole(const char* path, const char* text) {
  char draft[PATH_MAX + 32];
  const size_t size = strlen(path);
  if (size >= PATH_MAX) return;
  Path ending;
  ending.Add(".").Add(getpid()).Add(".tmp");
  memcpy(draft, path, size);
  memcpy(draft + size, ending.text(), strlen(ending.text()) + 1);
  const int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return;
  const size_t length = strlen(text);
  const bool is_written =
      Retry([&] { return write(fd, text, length); }) == static_cast<long>(length);
  close(fd);
  if (!is_written || rename(draft, path) != 0) unlink(draft);
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

}  // namespace

int CodeOf(const WaitStatus& status) {
  return status.cause == CLD_EXITED ? status.status : 128 + status.status;
}

void WriteRemains(const HoldMap& map, const int* slots, const WaitStatus* status,
                  uint32_t progress) {
  AppendOutput(map, slots);
  if (status == nullptr || progress >= kReported) return;
  char text[128];
  if ((map.words().form & kShimmysForm) != 0) {
    WriteShimmysEnd(*status, text);
  } else {
    Path code;
    strcpy(text, code.Add(static_cast<pid_t>(CodeOf(*status))).text());
  }
  Paths paths = map.exit_files();
  while (const char* const path = paths.Next()) WriteWhole(path, text);
}

}  // namespace sexton
