#ifndef SEXTON_WAIT_RECORD_H_
#define SEXTON_WAIT_RECORD_H_

#include "wait/wait.h"

namespace sexton {

constexpr int kRecordFields = 12;

// As numbers, in the order in which lib/exit/exit-status.ts reads them.
void WriteRecord(const WaitStatus& status, double* record);

}  // namespace sexton

#endif  // SEXTON_WAIT_RECORD_H_
