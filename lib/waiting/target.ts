import type { ChildProcess } from 'node:child_process'
import { attempt, checkPid, invalid, SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { ownAncestors } from '../system/ancestors.js'
import { isThread, readStat } from '../system/proc.js'
import { unlessUnsupported } from '../system/proc-access.js'
import type { ProcessStat } from '../system/proc-formats.js'
import type { Observation } from './observation.js'
import { type Observed, observeAs } from './observe-as.js'
import { ProcessHandle } from './process-handle.js'
import type { TerminateScope } from './scopes.js'

/**
 * The process that `terminate()` starts from. A bare pid means the process that has it at the time of the call. All
 * others also tell a process from a later one with its pid: a `ProcessHandle`, a `Descendant`, a `Child` of `spawn()`,
 * and a `ChildProcess` of `child_process`.
 */
export type TerminateTarget = number | StartedProcess | SpawnedProcess | ChildProcess

/** A process that its start time identifies: a `ProcessHandle` or a `Descendant`. */
export interface StartedProcess {
  /** Its process id. */
  readonly pid: number
  /** Its start time in clock ticks since boot. A `ProcessHandle` may have none, and then identifies it otherwise. */
  readonly startTime: number | undefined
}

/** A child that nobody else reaps: a `Child` of `spawn()`. */
export interface SpawnedProcess {
  /** Its process id. */
  readonly pid: number
  /** Its exit status; `undefined` as long as it runs. */
  readonly status: ExitStatus | undefined
  /** @internal Whether it could be started. Holds the event loop until that is known. */
  isStarted?(): boolean
}

/** What a caller names as the target of `terminate()`, checked. */
export interface CheckedTarget {
  pid: number
  startTime: number | undefined
  /** Whether the target, and no later process, still has the pid. The process with the pid is held by then. */
  isSame: () => boolean
}

/** The process that `terminate()` starts from. */
export interface Root {
  observation: Observation
  /** Its stat line; `undefined` if the scope does not need it and the system does not show it. */
  stat: ProcessStat | undefined
}

/**
 * Checks the target before anything is done.
 *
 * @returns `undefined` if it is known to have exited, or never was a process.
 * @throws {TypeError | RangeError} if it is not a process, or one that `terminate()` must not end.
 * @throws {SextonError} `ERR_SPAWN_FAILED` if it is a `Child` that could not be started.
 */
export function checkTarget(
  target: TerminateTarget,
  scope: TerminateScope,
): CheckedTarget | undefined {
  const checked = identify(target)
  if (checked === undefined) return undefined
  const { pid } = checked
  if (pid === process.pid) throw refusal(pid, 'this process cannot terminate itself')
  if (pid === 1) throw refusal(pid, 'PID 1 is the init of all processes')
  if (scope !== 'group' && ownAncestors().has(pid)) {
    throw refusal(pid, 'it is an ancestor of this process')
  }
  return checked
}

/**
 * Opens the target.
 *
 * @returns `undefined` if it has exited.
 * @throws {SextonError} See `terminate()`.
 */
export function openTarget(target: CheckedTarget, scope: TerminateScope): Root | undefined {
  const { pid, startTime } = target
  const observed = attempt(() => observeAs(pid, startTime))
  if (observed instanceof SextonError) {
    if (observed.code !== 'ERR_NO_SUCH_PROCESS' || unlessUnsupported(() => isThread(pid))) {
      throw observed
    }
    return undefined
  }
  const { observation } = observed
  try {
    const root = target.isSame() && !observation.check() ? rootOf(observed, scope) : undefined
    if (root === undefined) observation.stop()
    return root
  } catch (error) {
    observation.stop()
    throw error
  }
}

function rootOf({ observation, startTime }: Observed, scope: TerminateScope): Root | undefined {
  const read = () => readStat(observation.pid)
  const stat = scope === 'process' ? unlessUnsupported(read) : read()
  if (stat === undefined) return scope === 'process' ? { observation, stat } : undefined
  return stat.startTime === startTime ? { observation, stat } : undefined
}

function identify(target: TerminateTarget): CheckedTarget | undefined {
  if (typeof target !== 'object' || target === null) return whatHas(checkPid(target))
  if ('startTime' in target) return identifyByStart(target)
  if ('exitCode' in target) {
    const { pid, exitCode, signalCode } = target
    // Without a pid it could not be started, and its event 'error' tells so.
    const hasEnded = pid === undefined || exitCode !== null || signalCode !== null
    return hasEnded ? undefined : whatHas(checkPid(pid))
  }
  if (!('status' in target)) throw new TypeError(invalid('target', target, EXPECTED))
  target.isStarted?.() // the pid of a child that could not be started throws then
  const pid = checkPid(target.pid)
  return target.status === undefined ? whatHas(pid) : undefined
}

function whatHas(pid: number): CheckedTarget {
  return { pid, startTime: undefined, isSame: () => true }
}

// A handle has no start time if the process had already exited, or if the system does not show it.
function identifyByStart(target: StartedProcess): CheckedTarget {
  const { pid, startTime } = target
  if (startTime === undefined) {
    if (!(target instanceof ProcessHandle)) return whatHas(checkPid(pid))
    return { ...whatHas(checkPid(pid)), isSame: () => target.isAlive() }
  }
  if (typeof startTime !== 'number') {
    throw new TypeError(invalid('startTime', startTime, 'a count of clock ticks since boot'))
  }
  return { ...whatHas(checkPid(pid)), startTime }
}

const EXPECTED = 'a pid, or an object that openProcess(), descendants() or spawn() returned'

function refusal(pid: number, reason: string): RangeError {
  return new RangeError(`${invalid('target', pid, 'another process')}: ${reason}`)
}
