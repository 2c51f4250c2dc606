import { constants } from 'node:os'
import { SextonError } from '../../base/errors.js'
import type { ExitStatus } from '../../exit/exit-status.js'
import { type SignalName, signalNumber } from '../../system/signal-names.js'

// The exit codes of `sexton run`. The codes 124 to 127 have the same meaning in timeout(1), env(1) and shells.

/** The job was ended because of `--timeout` or `--idle-timeout`. */
const TIMED_OUT = 124
/** `sexton run` itself has failed, or its command line is wrong. */
export const FAILED = 125
const NOT_EXECUTABLE = 126
const NOT_FOUND = 127
/** A timeout ended the job, and its command needed SIGKILL: 128 + 9. */
const KILLED = 137
/**
 * Processes outlived a command that has succeeded, and `--fail-on-leak` forbids it. Neither shells nor timeout(1) use
 * 122, and neither do xargs(1) (123 and above), sysexits.h (64 to 78) or Python (120).
 */
export const LEAKED = 122

/** How a job has ended. */
export interface Ending {
  status: ExitStatus
  endedBy: string
  /** The signal that `sexton run` has got. */
  signal: SignalName | undefined
  /** Whether a process outlived the command, and `--fail-on-leak` forbids it. */
  leaked: boolean
}

/** Chooses the exit code of a job. A leak never hides the failure of the command. */
export function exitCodeOf({ status, endedBy, signal, leaked }: Ending): number {
  if (signal !== undefined) return 128 + signalNumber(signal)
  if (endedBy === 'timeout' || endedBy === 'idle') {
    return status.signal === 'SIGKILL' ? KILLED : TIMED_OUT
  }
  const code = status.toShellCode()
  return code === 0 && leaked ? LEAKED : code
}

/** Chooses the exit code of a job that has failed to start, or whose keeper was killed. */
export function exitCodeOfFailure(error: unknown): number {
  if (!(error instanceof SextonError)) return FAILED
  const { code, syscall, errno } = error
  if (code !== 'ERR_SPAWN_FAILED' || syscall !== 'execve') return FAILED
  return errno === constants.errno.ENOENT ? NOT_FOUND : NOT_EXECUTABLE
}
