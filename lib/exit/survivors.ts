import { getSystemErrorName } from 'node:util'
import { ESRCH, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { readDescendants } from '../system/descendants.js'
import { readStat } from '../system/proc.js'
import { identityOf, isZombie, type ProcessStat } from '../system/proc-formats.js'
import { signalName } from '../system/signal-names.js'
import { backend } from './backend.js'

// The most times that the tree is listed in a row. A tree may fork all the time.
const MOST_LOOKS = 10

/** A descendant that this process must terminate before it exits. */
export interface Survivor extends Pick<ProcessStat, 'pid' | 'ppid' | 'name' | 'startTime'> {
  /** Its fate. `'running'` means that this process may not signal it. */
  outcome: 'terminated' | 'killed' | 'running'
  /** Why it may not be signalled, as the name of an error number (`'EPERM'`). */
  reason?: string
}

/** Lists the descendants that must terminate, and signals them, but never another process. */
export class Survivors {
  readonly #known = new Map<string, Survivor>()
  #anyBeyondReach = false

  /** Every survivor listed so far, including those that have exited. */
  get known(): readonly Survivor[] {
    return [...this.#known.values()]
  }

  /** Whether there is a survivor that this process may not signal. */
  get anyBeyondReach(): boolean {
    return this.#anyBeyondReach
  }

  /**
   * Lists the survivors that are alive and may be signalled.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` or `ERR_SYSTEM` if the tree cannot be read.
   */
  look(): Survivor[] {
    return readDescendants()
      .filter((stat) => !isZombie(stat))
      .map((stat) => this.#know(stat))
      .filter(({ outcome }) => outcome !== 'running')
  }

  /**
   * Lists the survivors like `look()`, but repeats until a list has no new one. If a parent dies while the tree
   * is read, this process adopts its children, although its own list has already been read.
   *
   * @throws {SextonError} See `look()`.
   */
  list(): Survivor[] {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const before = this.#known.size
      const living = this.look()
      if (looks > 0 && this.#known.size === before) return living
    }
    return this.look()
  }

  /**
   * Sends signals to one survivor.
   *
   * @returns False if it has exited.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if this process may not signal it; its outcome becomes `'running'`.
   *   `ERR_SYSTEM` or `ERR_UNSUPPORTED` if its identity cannot be checked; no signal is sent.
   */
  send(survivor: Survivor, signals: readonly number[], outcome: Survivor['outcome']): boolean {
    // Open the pidfd before the check: if the survivor is still alive afterwards, the pidfd is the survivor's.
    // Without a pidfd, the pid could change hands between the check and the signal.
    const pidfd = openSurvivor(survivor)
    try {
      if (!isAlive(survivor)) return false
      // The first signal may end the survivor before the second one is sent.
      const sent = signals.filter((signal) => this.#sendOne(survivor, pidfd, signal))
      if (sent.length > 0) survivor.outcome = outcome
      return sent.length > 0
    } finally {
      if (pidfd >= 0) binding.closeFd(pidfd)
    }
  }

  // The first refusal ends the sending. A SIGCONT after a refused SIGTERM would succeed within the session and
  // look as if the process could be terminated.
  #sendOne(survivor: Survivor, pidfd: number, signal: number): boolean {
    const { pid } = survivor
    const result = pidfd < 0 ? binding.kill(pid, signal) : binding.pidfdSend(pidfd, signal)
    if (result === -ESRCH) return false
    if (result >= 0) return true
    survivor.outcome = 'running'
    survivor.reason = getSystemErrorName(result)
    this.#anyBeyondReach = true
    throw systemError(result, `kill ${signalName(signal)}`, { pid })
  }

  #know(stat: ProcessStat): Survivor {
    const { pid, ppid, name, startTime } = stat
    const key = identityOf(stat)
    const survivor = this.#known.get(key) ?? { pid, ppid, name, startTime, outcome: 'terminated' }
    survivor.name = name // if it was first listed between fork and exec, its name has changed since
    this.#known.set(key, survivor)
    return survivor
  }
}

/** Opens a pidfd of the survivor. The result is negative if that fails, or if the back-end is not `pidfd`. */
export function openSurvivor({ pid }: Survivor): number {
  return backend() === 'pidfd' ? binding.pidfdOpen(pid) : -1
}

/**
 * Whether the survivor is alive and still has its pid.
 *
 * @throws {SextonError} if `/proc` cannot be read.
 */
export function isAlive({ pid, startTime }: Survivor): boolean {
  const stat = readStat(pid)
  return stat !== undefined && stat.startTime === startTime && !isZombie(stat)
}
