#include "keeper/log_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/text.h"
#include "platform/process.h"

namespace sexton {
namespace {

constexpr mode_t kMode = 0640;

// Writes a number with this many digits.
void WriteDigits(char* to, int64_t number, int digits) {
  for (int i = digits; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
}

// Writes the date, by the algorithm `civil_from_days` for the calendar that begins years in March.
void WriteDate(char* to, int64_t days_since_1970) {
  const int64_t days = days_since_1970 + 719468;
  const int64_t era = days / 146097;
  const int64_t day_of_era = days % 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  WriteDigits(to, era * 400 + year_of_era + (month <= 2 ? 1 : 0), 4);
  WriteDigits(to + 5, month, 2);
  WriteDigits(to + 8, day_of_year - (153 * month_from_march + 2) / 5 + 1, 2);
}

// The head of a record: its time, its stream, and the mark of a whole line or a part.
struct Prefix {
  char text[64];
  size_t size;

  Prefix(const char* stream, bool has_mark) {
    WriteTime(text);
    strcat(text, " ");
    strcat(text, stream);
    strcat(text, has_mark ? " F " : " ");
    size = strlen(text);
  }

  void Mark(bool is_full) { text[size - 2] = is_full ? 'F' : 'P'; }
};

// It is no regular file if it has no size, such as a FIFO. False if there is no room.
bool AppendWhole(int fd, const struct iovec* parts) {
  if (fd < 0) return !LacksRoom(-fd);
  struct stat before;
  const bool has_size = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
  const size_t whole = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;
  const long written = Retry([&] { return writev(fd, parts, 3); });
  if (written == static_cast<long>(whole) || !has_size) return true;
  static_cast<void>(ftruncate(fd, before.st_size) == 0);
  return written < 0 && !LacksRoom(static_cast<int>(-written));
}

}  // namespace

bool LacksRoom(int error) {
  return error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE ||
         error == ENOMEM;
}

void WriteTime(char* to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t second = now.tv_sec % 86400;
  strcpy(to, "0000-00-00T00:00:00.000000000+00:00");
  WriteDate(to, now.tv_sec / 86400);
  WriteDigits(to + 11, second / 3600, 2);
  WriteDigits(to + 14, second / 60 % 60, 2);
  WriteDigits(to + 17, second % 60, 2);
  WriteDigits(to + 20, now.tv_nsec, 9);
}

void LogFiles::Open(Paths paths, bool has_marks) {
  has_marks_ = has_marks;
  while (const char* const path = paths.Next()) {
    if (count_ == kMostLogs) return;
    const int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, kMode);
    fds_[count_++] = fd < 0 ? -errno : fd;
  }
}

// A log that was replaced since is another file, which has nothing of the output.
void LogFiles::CutTo(const StageHeader& header) {
  for (size_t i = 0; i < count_ && i < header.logs; ++i) {
    struct stat log;
    if (fstat(fds_[i], &log) != 0 || log.st_ino != header.log[i].inode) continue;
    const auto size = static_cast<off_t>(header.log[i].size);
    if (size < log.st_size) static_cast<void>(ftruncate(fds_[i], size) == 0);
  }
}

void LogFiles::Append(const char* stream, const char* text, size_t size) {
  Prefix prefix(stream, has_marks_);
  char newline = '\n';
  while (size > 0) {
    const auto* const end = static_cast<const char*>(memchr(text, '\n', size));
    const size_t length = end == nullptr ? size : static_cast<size_t>(end - text);
    if (has_marks_) prefix.Mark(end != nullptr);
    const struct iovec parts[] = {
        {prefix.text, prefix.size}, {const_cast<char*>(text), length}, {&newline, 1}};
    for (size_t i = 0; i < count_; ++i) AppendTo(i, parts);
    const size_t done = end == nullptr ? length : length + 1;
    text += done;
    size -= done;
  }
}

// The loss comes before the record that there is room for.
void LogFiles::AppendTo(size_t log, const struct iovec* parts) {
  if (lost_[log] > 0) TellLossTo(log);
  if (!AppendWhole(fds_[log], parts)) ++lost_[log];
}

void LogFiles::TellLoss() {
  for (size_t i = 0; i < count_; ++i) {
    if (lost_[i] > 0) TellLossTo(i);
  }
}

// lib/shim/log-file.ts has the same words.
void LogFiles::TellLossTo(size_t log) {
  Prefix prefix("stderr", has_marks_);
  char text[128] = "sexton-shim: ";
  Path number;
  strcat(text, number.Add(static_cast<pid_t>(lost_[log])).text());
  strcat(text, " records were lost: no room was left for the log");
  char newline = '\n';
  const struct iovec parts[] = {{prefix.text, prefix.size}, {text, strlen(text)}, {&newline, 1}};
  if (AppendWhole(fds_[log], parts)) lost_[log] = 0;
}

bool LogFiles::has_loss() const {
  for (const size_t lost : lost_) {
    if (lost > 0) return true;
  }
  return false;
}

void LogFiles::Close() {
  for (size_t i = 0; i < count_; ++i) {
    if (fds_[i] >= 0) close(fds_[i]);
  }
  count_ = 0;
}

}  // namespace sexton
