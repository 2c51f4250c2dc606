import { readAllStats, readStat } from '../system/proc.js'
import { unlessHidden } from '../system/proc-access.js'
import { identityOf, type ProcessStat } from '../system/proc-formats.js'
import { TreeWalk } from '../system/tree-walk.js'

/**
 * The processes that `terminate()` ends: the target alone, all members of its process group, or the target and all
 * its descendants.
 */
export type TerminateScope = 'process' | 'group' | 'tree'

/** A process that was found before. */
interface Known {
  readonly pid: number
  readonly startTime: number | undefined
}

/** Lists the processes that belong to a target. */
export interface Scope {
  /** Whether processes must be stopped before the first signal: a process that is forked unseen would be lost. */
  readonly stopsFirst: boolean
  /** Whether other processes than the target can belong to it. */
  readonly canGrow: boolean
  /**
   * Lists the processes as they are now, parents before their children. Lists known processes too, and zombies.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` or `ERR_SYSTEM`.
   */
  list(known: readonly Known[]): ProcessStat[]
}

/** Makes the scope of a target. A stat may be missing for `'process'` alone. */
export function scopeOf(scope: TerminateScope, root: ProcessStat | undefined): Scope {
  if (root === undefined || scope === 'process') return ALONE
  return scope === 'group' ? new Group(root) : new Tree()
}

const ALONE: Scope = { stopsFirst: false, canGrow: false, list: () => [] }

/** The members of a process group. They stay members when their parent dies. */
class Group implements Scope {
  readonly stopsFirst = false
  readonly canGrow = true
  readonly #pool: Pool

  constructor({ processGroup }: ProcessStat) {
    const founder = unlessHidden(() => readStat(processGroup))
    this.#pool = new Pool('processGroup', processGroup, founder?.startTime)
  }

  list(): ProcessStat[] {
    return this.#pool.membersAmong(readAllStats())
  }
}

/**
 * The descendants of all known processes, the target among them, and the members of each session that a known process
 * has founded. A session has only its founder and descendants of its founder, also those whose parent has died.
 */
class Tree implements Scope {
  readonly stopsFirst = true
  readonly canGrow = true
  readonly #sessions = new Map<number, Pool>()

  list(known: readonly Known[]): ProcessStat[] {
    const found = new Map<string, ProcessStat>()
    for (const { pid, startTime } of known) {
      const stat = unlessHidden(() => readStat(pid))
      if (stat === undefined || stat.startTime !== startTime) continue
      if (found.has(identityOf(stat))) continue // it was found with its parent, and so were its descendants
      for (const one of [stat, ...new TreeWalk(stat).run()]) found.set(identityOf(one), one)
    }
    for (const one of found.values()) this.#noteFounder(one)
    return [...found.values(), ...this.#orphans(found)]
  }

  #noteFounder({ pid, session, startTime }: ProcessStat): void {
    if (session !== pid || this.#sessions.has(session)) return
    this.#sessions.set(session, new Pool('session', session, startTime))
  }

  #orphans(found: ReadonlyMap<string, ProcessStat>): ProcessStat[] {
    if (this.#sessions.size === 0) return []
    const all = readAllStats()
    // The session of this process may hold its own children and others that do not belong to the target.
    const own = all.find(({ pid }) => pid === process.pid)?.session
    return [...this.#sessions.values()]
      .filter(({ number }) => number !== own)
      .flatMap((session) => session.membersAmong(all))
      .filter((stat) => !found.has(identityOf(stat)))
  }
}

/**
 * A process group or a session. Its number is the pid of its founder. It may outlive its founder, and as long as it
 * has a member, the kernel gives the number to no other process.
 */
class Pool {
  readonly number: number
  readonly #field: 'processGroup' | 'session'
  readonly #founded: number | undefined
  #isGone = false

  /** @param founded The start time of its founder; `undefined` if the founder has died. */
  constructor(field: 'processGroup' | 'session', number: number, founded: number | undefined) {
    this.#field = field
    this.number = number
    this.#founded = founded
  }

  membersAmong(all: readonly ProcessStat[]): ProcessStat[] {
    // A later process has the pid only if there was no member left in between.
    const founder = all.find(({ pid }) => pid === this.number)
    if (founder !== undefined && founder.startTime !== this.#founded) this.#isGone = true
    const members = all.filter((stat) => stat[this.#field] === this.number)
    if (members.length === 0) this.#isGone = true
    return this.#isGone ? [] : members
  }
}
