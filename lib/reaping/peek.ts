import { ECHILD, systemError } from '../base/errors.js'
import { ExitStatus, usageFromRecord } from '../exit/exit-status.js'
import { isEnd, Tracee } from '../exit/tracees.js'
import { binding, P_ALL, P_PID, P_PIDFD } from '../system/binding.js'

// Looks at children, and leaves their statuses where they are: lib/reaping/reaper.ts alone takes one.

const record = new Float64Array(binding.waitFields)

/** The result of a look at one child: its status, that it lives, or that it is not a child of this process. */
export type Found = ExitStatus | 'alive' | 'not-child'

/** Whether this process has any child, of any of its threads, dead or alive. */
export function anyChildren(): boolean {
  return binding.wait(P_ALL, 0, binding.peek, record) !== -ECHILD
}

/** Looks at a child's status. */
export function peek(pid: number): Found {
  return aliveIfStopped(found(pid, binding.wait(P_PID, pid, binding.peek, record), record))
}

/** Looks at the status of a descriptor's process, which a later process with its pid cannot stand in for. */
export function peekPidfd(pid: number, pidfd: number): Found {
  return aliveIfStopped(found(pid, binding.wait(P_PIDFD, pidfd, binding.peek, record), record))
}

/** Looks at a child of this thread. Tells a stop for a tracer from life. */
export function peekHere(pid: number): Found | Tracee {
  const count = binding.wait(P_PID, pid, binding.peek | binding.onlyThisThread, record)
  return found(pid, count, record)
}

/** Looks at the first child of this thread that the kernel names as dead or stopped. */
export function peekAny(): ExitStatus | Tracee | undefined {
  const count = binding.wait(P_ALL, 0, binding.peek | binding.onlyThisThread, record)
  return count > 0 ? readFirst(record) : undefined
}

/**
 * Puts the answer of the native `wait` into words.
 *
 * @param result The number of records that it has written, or the negative errno.
 * @throws {SextonError} `ERR_SYSTEM`, except for ECHILD.
 */
export function found(pid: number, result: number, records: Float64Array): Found | Tracee {
  if (result > 0) return readFirst(records)
  if (result === 0) return 'alive'
  if (result === -ECHILD) return 'not-child'
  throw systemError(result, 'waitid', { pid })
}

/** A child that has stopped for a tracer lives, for everybody who does not end the stop. */
export function aliveIfStopped(seen: Found | Tracee): Found {
  return seen instanceof Tracee ? 'alive' : seen
}

function readFirst(records: Float64Array): ExitStatus | Tracee {
  if (isEnd(records)) return ExitStatus.fromRecord(records, 0)
  return new Tracee(records[0] as number, usageFromRecord(records, 0))
}
