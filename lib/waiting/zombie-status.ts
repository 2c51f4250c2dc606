import { attempt, SextonError } from '../base/errors.js'
import { ExitStatus } from '../exit/exit-status.js'
import { mayTrace, readStat } from '../system/proc.js'
import type { ProcessStat } from '../system/proc-formats.js'

/**
 * The status of a process that is dead and not reaped yet, from the last field of its stat line
 * (Linux 3.5). The kernel shows 0 there to users who may not trace the process, which looks like
 * success: its namespace links, under the same rule, tell whether this user may.
 *
 * @param stat What was read of the process, or why nothing was.
 * @returns `undefined` if the status is not known.
 */
export function statusOfZombie(
  stat: ProcessStat | SextonError | undefined,
): ExitStatus | undefined {
  if (stat === undefined || stat instanceof SextonError) return undefined
  const { pid, state, startTime, exitCode } = stat
  if (state !== 'Z' || !mayTrace(pid)) return undefined
  // Otherwise the links may have been those of a later process with its pid.
  const now = attempt(() => readStat(pid))
  if (now === undefined || now instanceof SextonError || now.startTime !== startTime)
    return undefined
  return ExitStatus.fromRaw(pid, exitCode)
}
