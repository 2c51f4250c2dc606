import { ESRCH, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { readDescendants } from '../system/descendants.js'
import { readStat } from '../system/proc.js'
import { identityOf, isZombie, type ProcessStat } from '../system/proc-formats.js'
import { signalName } from '../system/signal-names.js'
import { backend } from './backend.js'

// Bound for repeated lists: a tree may give birth all the time.
const MOST_LOOKS = 10

/** A descendant that outlives the one it was started by, and what became of it. */
export interface Survivor extends Pick<ProcessStat, 'pid' | 'name' | 'startTime'> {
  /** `'running'`: this process may not signal it. */
  outcome: 'terminated' | 'killed' | 'running'
}

/** Lists the descendants of this process that are to end, and signals them and no other process. */
export class Survivors {
  readonly #known = new Map<string, Survivor>()
  #anyBeyondReach = false

  /** Every survivor that was listed so far, dead ones included. */
  get known(): readonly Survivor[] {
    return [...this.#known.values()]
  }

  /** Whether this process may not signal one of them. */
  get anyBeyondReach(): boolean {
    return this.#anyBeyondReach
  }

  /**
   * The survivors that are alive and may be signalled.
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
   * The same survivors, after looks that go on until one finds nobody new. If a parent dies while the tree is
   * read, its children pass to this process, whose own list has been read already.
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
   * @returns False if it has ended.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if this process may not signal it, which makes it `'running'`;
   *   `ERR_SYSTEM` or `ERR_UNSUPPORTED` if its identity cannot be checked: then no signal is sent.
   */
  send(survivor: Survivor, signals: readonly number[], outcome: Survivor['outcome']): boolean {
    // The descriptor first: if the survivor is still there afterwards, the descriptor is the survivor's. Without
    // a descriptor an instant remains between the check and the signal.
    const pidfd = openSurvivor(survivor)
    try {
      if (!isAlive(survivor)) return false
      // The first signal may end it before the second one is sent.
      const sent = signals.filter((signal) => this.#sendOne(survivor, pidfd, signal))
      if (sent.length > 0) survivor.outcome = outcome
      return sent.length > 0
    } finally {
      if (pidfd >= 0) binding.closeFd(pidfd)
    }
  }

  // The first signal that is refused is the last one. SIGCONT is permitted within the session, whoever owns the
  // process, and would tell of a reach that this process does not have.
  #sendOne(survivor: Survivor, pidfd: number, signal: number): boolean {
    const { pid } = survivor
    const result = pidfd < 0 ? binding.kill(pid, signal) : binding.pidfdSend(pidfd, signal)
    if (result === -ESRCH) return false
    if (result >= 0) return true
    survivor.outcome = 'running'
    this.#anyBeyondReach = true
    throw systemError(result, `kill ${signalName(signal)}`, { pid })
  }

  #know(stat: ProcessStat): Survivor {
    const { pid, name, startTime } = stat
    const key = identityOf(stat)
    const survivor = this.#known.get(key) ?? { pid, name, startTime, outcome: 'terminated' }
    survivor.name = name // its program's, if it was listed between fork and exec before
    this.#known.set(key, survivor)
    return survivor
  }
}

/** A pidfd of the survivor; negative if there is none to be had, or the back-end does without. */
export function openSurvivor({ pid }: Survivor): number {
  return backend() === 'pidfd' ? binding.pidfdOpen(pid) : -1
}

/**
 * Whether the survivor is alive, and its pid not another process's.
 *
 * @throws {SextonError} if it cannot be read.
 */
export function isAlive({ pid, startTime }: Survivor): boolean {
  const stat = readStat(pid)
  return stat !== undefined && stat.startTime === startTime && !isZombie(stat)
}
