import { attempt, ESRCH, SextonError, systemError } from '../base/errors.js'
import { ExitStatus } from '../exit/exit-status.js'
import { binding } from '../system/binding.js'
import { mayTrace, readStat } from '../system/proc.js'
import type { ProcessStat } from '../system/proc-formats.js'
import { signalName } from '../system/signal-names.js'

/**
 * A process whose exit a caller waits for. Each kind gets the wait status from its one owner: see the table in
 * docs/ownership.md.
 */
export interface Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  /** Checks now whether the process has exited. `exited` may resolve a moment later. */
  check(): boolean
  /** Sends a signal to this process and no other. Returns false if it is gone. */
  kill(signal: number): boolean
  /**
   * Reads the start time, in clock ticks since boot; `undefined` if the process is gone.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` if the system does not show it, or `ERR_SYSTEM`.
   */
  startTime(): number | undefined
  /** Ends the wait and releases its descriptors and timers. `exited` stays pending. */
  stop(): void
}

/** Sends a signal by pid. The caller knows whose pid it is. Returns false if there is no such process. */
export function sendSignal(pid: number, signal: number): boolean {
  const result = binding.kill(pid, signal)
  if (result === -ESRCH) return false
  if (result < 0) throw systemError(result, `kill ${signalName(signal)}`, { pid })
  return true
}

/** Makes the error for a pid that no process has. The system call that said so is in `cause`. */
export function noSuchProcess(pid: number, result: number, syscall: string): SextonError {
  const cause = systemError(result, syscall, { pid })
  return new SextonError('ERR_NO_SUCH_PROCESS', `no process ${pid}`, {
    pid,
    errno: -result,
    syscall,
    cause,
  })
}

/** Makes the error for the id of a thread other than the first of its process. */
export function notAProcess(id: number, result: number, syscall: string): SextonError {
  return new SextonError('ERR_NO_SUCH_PROCESS', `${id} is a thread, not a process`, {
    pid: id,
    cause: systemError(result, syscall, { pid: id }),
  })
}

/**
 * Reads the wait status of a zombie from the last field of its stat line (Linux 3.5). To users who may not trace
 * the process the kernel shows 0 there, which looks like success. Its namespace links follow the same rule, so
 * they show whether this user may see the status.
 *
 * @param stat The stat of the process, or the error of reading it.
 * @returns The status; `undefined` if it is not known.
 */
export function statusOfZombie(
  stat: ProcessStat | SextonError | undefined,
): ExitStatus | undefined {
  if (stat === undefined || stat instanceof SextonError) return undefined
  const { pid, state, startTime, exitCode } = stat
  if (state !== 'Z' || !mayTrace(pid)) return undefined
  // Read again: the links may have belonged to a later process with the same pid.
  const now = attempt(() => readStat(pid))
  if (now === undefined || now instanceof SextonError || now.startTime !== startTime)
    return undefined
  return ExitStatus.fromRaw(pid, exitCode)
}
