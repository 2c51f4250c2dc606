#ifndef SEXTON_KEEPER_LOG_FILES_H_
#define SEXTON_KEEPER_LOG_FILES_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#include "keeper/hold_settings.h"
#include "keeper/stage.h"

namespace sexton {

// Whether an error says that something is full, which time may mend.
bool LacksRoom(int error);

// Writes the time of UTC with nanoseconds, and a NUL. It takes 36 bytes.
void WriteTime(char* to);

// The logs of a container, to which a keeper appends what no server has read. A record of the
// Kubernetes format is `TIME STREAM F TEXT`, or P instead of F if the text goes on in the next one.
// The time is that of UTC: a time zone would take more code than all else here.
class LogFiles {
 public:
  // A log that cannot be opened gets nothing. Without marks, a part of a line is a line.
  void Open(Paths paths, bool has_marks);

  // Takes back what a server has written of output that is staged still.
  void CutTo(const StageHeader& header);

  // Appends a piece of a stream. Of a record that finds no room, no part stays.
  void Append(const char* stream, const char* text, size_t size);

  // Writes to each log how many of its records found no room, if there is room for that.
  void TellLoss();
  bool has_loss() const;
  void Close();

 private:
  void AppendTo(size_t log, const struct iovec* parts);
  void TellLossTo(size_t log);

  int fds_[kMostLogs];  // -errno: that one could not be opened
  size_t lost_[kMostLogs] = {};
  size_t count_ = 0;
  bool has_marks_ = true;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_LOG_FILES_H_
