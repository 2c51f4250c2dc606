import { ExitStatus } from '../exit/exit-status.js'
import { binding } from '../system/binding.js'

/** The bytes of a wait status in a message of a keeper: a record of native/wait/wait.h. */
export const RECORD = binding.waitFields * 8

/** Reads a record. */
export function statusIn(payload: Buffer): ExitStatus {
  const record = new Float64Array(binding.waitFields)
  for (const index of record.keys()) record[index] = payload.readDoubleLE(index * 8)
  return ExitStatus.fromRecord(record, 0)
}
