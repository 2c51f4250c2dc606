#include "wait/record.h"

#include <algorithm>

namespace sexton {
namespace {

double Microseconds(const struct timeval& time) { return time.tv_sec * 1e6 + time.tv_usec; }

}  // namespace

void WriteRecord(const WaitStatus& status, double* record) {
  const struct rusage& usage = status.usage;
  const double fields[kRecordFields] = {
      static_cast<double>(status.pid),       static_cast<double>(status.cause),
      static_cast<double>(status.status),    Microseconds(usage.ru_utime),
      Microseconds(usage.ru_stime),          static_cast<double>(usage.ru_maxrss),
      static_cast<double>(usage.ru_minflt),  static_cast<double>(usage.ru_majflt),
      static_cast<double>(usage.ru_inblock), static_cast<double>(usage.ru_oublock),
      static_cast<double>(usage.ru_nvcsw),   static_cast<double>(usage.ru_nivcsw),
  };
  std::copy(fields, fields + kRecordFields, record);
}

}  // namespace sexton
