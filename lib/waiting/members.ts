import { attempt, SextonError } from '../base/errors.js'
import { ownAncestors } from '../system/ancestors.js'
import { identityOf, isZombie, type ProcessStat } from '../system/proc-formats.js'
import { type EndedProcess, Member, type UnreachedProcess } from './member.js'
import type { Observation } from './observation.js'
import { observeAs } from './observe-as.js'
import type { Scope } from './scopes.js'
import type { Root } from './target.js'

/** All processes that `terminate()` has found so far. A process that is found once stays known. */
export class Members {
  readonly scope: Scope
  /** Called when none is left. */
  onNoneLeft: () => void = () => {}
  readonly #known = new Map<string, Member>()
  readonly #left = new Set<Member>()
  readonly #spared = new Map<string, ProcessStat>()

  constructor(scope: Scope, { observation, stat }: Root) {
    this.scope = scope
    this.#add(observation, stat)
  }

  /** Lists the living members that this process may signal, parents before their children. */
  left(): Member[] {
    for (const member of this.#left) {
      if (member.reason === undefined && member.isAlive) continue
      this.#left.delete(member)
      // Its descriptor is free for others. One that was refused a signal is looked at once more at the end.
      if (member.reason === undefined) member.close()
    }
    return [...this.#left]
  }

  /**
   * Looks for processes that are not known yet.
   *
   * @returns Whether there is one.
   * @throws {SextonError} `ERR_UNSUPPORTED` or `ERR_SYSTEM` if they cannot be listed.
   */
  look(): boolean {
    const ancestors = ownAncestors()
    const before = this.#known.size
    for (const stat of this.scope.list([...this.#known.values()])) {
      const member = this.#known.get(identityOf(stat))
      // A process that was found between fork and exec has another name since.
      if (member !== undefined) member.stat = stat
      else if (isZombie(stat)) continue
      else if (stat.pid === process.pid || ancestors.has(stat.pid)) this.#spare(stat)
      else this.#open(stat)
    }
    return this.#known.size > before
  }

  /** Says what has become of each. */
  result(): { ended: EndedProcess[]; unreached: UnreachedProcess[] } {
    const ended: EndedProcess[] = []
    const unreached: UnreachedProcess[] = []
    for (const { pid, name, how, reason, isAlive } of this.#known.values()) {
      if (isAlive) unreached.push({ pid, name, reason: reason ?? 'survived' })
      else if (how !== undefined) ended.push({ pid, name, how })
    }
    for (const { pid, name } of this.#spared.values()) {
      unreached.push({ pid, name, reason: 'caller' })
    }
    return { ended, unreached }
  }

  /** Releases all. Those that are still stopped continue. */
  close(): void {
    for (const member of this.#known.values()) member.close()
  }

  #spare(stat: ProcessStat): void {
    this.#spared.set(identityOf(stat), stat)
  }

  #open(stat: ProcessStat): void {
    const { pid, startTime } = stat
    const observed = attempt(() => observeAs(pid, startTime))
    if (!(observed instanceof SextonError)) this.#add(observed.observation, stat)
    else if (observed.code === 'ERR_SYSTEM') throw observed
  }

  #add(observation: Observation, stat: ProcessStat | undefined): void {
    const member = new Member(observation, stat)
    this.#known.set(stat === undefined ? '' : identityOf(stat), member)
    this.#left.add(member)
    member.onEnd(() => {
      member.close()
      if (this.#left.delete(member) && this.#left.size === 0) this.onNoneLeft()
    })
  }
}
