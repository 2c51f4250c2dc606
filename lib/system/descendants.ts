import { checkPid } from '../base/errors.js'
import { listsChildren, readPids, readStat, readTaskChildren, readTasks } from './proc.js'
import { unlessHidden } from './proc-access.js'
import { isZombie, type ProcessStat } from './proc-formats.js'

/** One process of a tree. */
export interface Descendant {
  /** Its process id, as this process's PID namespace counts. */
  pid: number
  /** Its parent's. */
  ppid: number
  /**
   * Its command's name, at most 15 bytes. The process chooses it, with any bytes but NUL: for a terminal or
   * a log, escape it first.
   */
  name: string
  /** The state's letter: `R`unning, `S`leeping, `D` (uninterruptible), s`T`opped, `Z`ombie … */
  state: string
  /** The id of its process group: the pid of the process that founded it. */
  processGroup: number
  /** The id of its session, likewise. */
  session: number
  /**
   * When it was started, in clock ticks since boot (`getconf CLK_TCK`: usually 100 a second), for
   * `openProcess(pid, { startTime })`.
   */
  startTime: number
}

/**
 * The processes that descend from `pid` (default: this one), parents before their children, without
 * itself. Zombies are among them; processes that were orphaned and adopted elsewhere are not.
 *
 * A live tree changes while it is read: a process that is born or adopted meanwhile may be missing, one
 * that has ended may still be there. Each process listed was a descendant when it was read, even if pids were reused
 * meanwhile. To be sure, act on each by `openProcess()` with its `startTime`, and look again.
 *
 * Linux. Where the mount option `hidepid` hides a process of another user, it and what descends from it are
 * missing (proc(5)).
 *
 * @param pid The root of the tree; it need not be this process's own.
 * @returns A snapshot; empty if the process has no children, or does not exist.
 * @throws {TypeError | RangeError} for a bad pid.
 * @throws {SextonError} `ERR_UNSUPPORTED` without `/proc`, with that of another PID namespace, or if it hides
 *   the root itself; `ERR_SYSTEM` if the system has no descriptor left.
 * @see proc_pid_stat(5), proc_tid_children(5)
 */
export function descendants(pid: number = process.pid): Descendant[] {
  return readDescendants(pid).map((stat) => {
    const { pid, ppid, name, state, processGroup, session, startTime } = stat
    return { pid, ppid, name, state, processGroup, session, startTime }
  })
}

/**
 * Reads the descendants with all that their stat lines tell.
 *
 * @throws {SextonError} See `descendants()`.
 * @internal
 */
export function readDescendants(pid: number = process.pid): ProcessStat[] {
  const root = readStat(checkPid(pid))
  return root === undefined ? [] : new Walk(root).run()
}

type ChildrenOf = (pid: number) => readonly number[]

// Parents that are listed a second time in one walk, because they have adopted children of others meanwhile.
// A family whose members fork and exit all the time must not hold the walk up for ever.
const MOST_RELISTS = 10

/**
 * One reading of a tree. The kernel lists pids, and any of them may be another process's by the time its
 * stat is read. So a child counts only if
 *
 * 1. its own stat, read after the list, names the parent's pid, and
 * 2. the parent's stat, read after the child's, still shows the process from before the list. Then the
 *    parent has held its pid all the while, and was the one that the child's stat named.
 */
class Walk {
  readonly #childrenOf: ChildrenOf = listsChildren() ? childrenByThread : childrenByScan()
  readonly #root: ProcessStat
  readonly #found: ProcessStat[] = []
  /** Every process seen; `undefined` instead of one that has ended since. */
  readonly #members = new Map<number, ProcessStat | undefined>()
  // Depth first, by a stack of our own: a tree may be deeper than the call stack.
  readonly #next: ProcessStat[] = []
  readonly #listed = new Set<ProcessStat>()
  #relists = MOST_RELISTS

  constructor(root: ProcessStat) {
    this.#root = root
    this.#add(root)
  }

  run(): ProcessStat[] {
    for (let one = this.#next.pop(); one !== undefined; one = this.#next.pop()) {
      if (one !== this.#root && !this.#listed.has(one)) this.#found.push(one)
      this.#listed.add(one)
      for (const child of this.#readChildren(one).reverse()) this.#add(child)
    }
    return this.#found
  }

  #add(process: ProcessStat): void {
    this.#members.set(process.pid, process)
    this.#next.push(process)
  }

  #readChildren(parent: ProcessStat): ProcessStat[] {
    if (isZombie(parent)) return [] // the kernel gives the children away before
    const pids = this.#childrenOf(parent.pid).filter((pid) => !this.#members.has(pid))
    const listed = readStats(pids)
    const children = listed.filter(({ ppid }) => ppid === parent.pid)
    if (children.length === 0 || this.#isStill(parent)) {
      this.#follow(listed.filter(({ ppid }) => ppid !== parent.pid))
      return children
    }
    this.#members.set(parent.pid, undefined)
    this.#follow(readStats(pids))
    return []
  }

  // The start time counts clock ticks, and a pid can be used again within one. So the parent's own parent has to
  // be the one from before, too, or one in the tree that has adopted it.
  #isStill(member: ProcessStat): boolean {
    const now = unlessHidden(() => readStat(member.pid))
    if (now?.startTime !== member.startTime) return false
    const hasParent = now.ppid === member.ppid || this.#members.get(now.ppid) !== undefined
    return hasParent || member === this.#root
  }

  /** Lists the parents again that have adopted some of these processes after their own list was read. */
  #follow(moved: readonly ProcessStat[]): void {
    for (const adopter of new Set(moved.map(({ ppid }) => this.#members.get(ppid)))) {
      if (adopter === undefined || !this.#listed.has(adopter) || this.#relists === 0) continue
      this.#relists -= 1
      this.#next.push(adopter)
    }
  }
}

function readStats(pids: readonly number[]): ProcessStat[] {
  return pids.map((pid) => unlessHidden(() => readStat(pid))).filter((stat) => stat !== undefined)
}

// When a thread ends, its children move to another thread of the process, whose list may have been read by then.
const MOST_LISTS = 3

function childrenByThread(pid: number): number[] {
  for (let lists = 1; ; lists += 1) {
    const threads = unlessHidden(() => readTasks(pid)) ?? []
    const children = threads.map((tid) => unlessHidden(() => readTaskChildren(pid, tid)))
    const isComplete = children.every((list) => list !== undefined)
    if (isComplete || lists === MOST_LISTS) {
      return [...new Set(children.flatMap((list) => list ?? []))]
    }
  }
}

// Without CONFIG_PROC_CHILDREN: every process there is, by its parent.
function childrenByScan(): ChildrenOf {
  const children = new Map<number, number[]>()
  for (const { pid, ppid } of readStats(readPids())) {
    const siblings = children.get(ppid)
    if (siblings === undefined) children.set(ppid, [pid])
    else siblings.push(pid)
  }
  return (pid) => children.get(pid) ?? []
}
