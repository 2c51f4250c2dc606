import { attempt, ESRCH, SextonError, systemError } from '../base/errors.js'
import { ExitStatus } from '../exit/exit-status.js'
import { binding } from '../system/binding.js'
import { mayTrace, readStat } from '../system/proc.js'
import type { ProcessStat } from '../system/proc-formats.js'
import { signalName } from '../system/signal-names.js'

/**
 * A process whose end someone waits for. Each kind gets the status from its one owner: see the table
 * in the README, "Who takes which status".
 */
export interface Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  /** Looks now; whether it has ended. The status itself may take a moment longer. */
  check(): boolean
  /** Sends a signal to this very process; false if it is gone. */
  kill(signal: number): boolean
  /**
   * When it was started, in clock ticks since boot; `undefined` if it is gone.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` where the system does not tell, `ERR_SYSTEM`.
   */
  startTime(): number | undefined
  /** Waits no more and releases what the waiting held. `exited` stays pending. */
  stop(): void
}

/** Sends by pid, for a caller who knows whose pid it is; false if there is no such process. */
export function sendSignal(pid: number, signal: number): boolean {
  const result = binding.kill(pid, signal)
  if (result === -ESRCH) return false
  if (result < 0) throw systemError(result, `kill ${signalName(signal)}`, { pid })
  return true
}

/** The error for the id of a thread that is not the first of its process. */
export function notAProcess(id: number, result: number, syscall: string): SextonError {
  return new SextonError('ERR_NO_SUCH_PROCESS', `${id} is a thread's id, not a process's`, {
    pid: id,
    cause: systemError(result, syscall, { pid: id }),
  })
}

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
