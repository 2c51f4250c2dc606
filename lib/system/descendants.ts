import { checkPid } from '../base/errors.js'
import { listsChildren, readPids, readStat, readTaskChildren, readTasks } from './proc.js'
import { unlessHidden } from './proc-access.js'
import { isZombie, type ProcessStat } from './proc-formats.js'

/** One process of a tree. */
export interface Descendant {
  /** The process id, in the PID namespace of the calling process. */
  pid: number
  /** The process id of its parent. */
  ppid: number
  /**
   * The command's name, at most 15 bytes. The process chooses the name, which may contain any byte except NUL.
   * Escape it before writing it to a terminal or a log.
   */
  name: string
  /** The letter of its state: `R`unning, `S`leeping, `D` (uninterruptible), s`T`opped, `Z`ombie … */
  state: string
  /** The id of its process group: the pid of the process that founded the group. */
  processGroup: number
  /** The id of its session: the pid of the process that founded the session. */
  session: number
  /**
   * Its start time in clock ticks since boot (`getconf CLK_TCK`, usually 100 per second). Pass it to
   * `openProcess(pid, { startTime })`.
   */
  startTime: number
}

/**
 * Lists the descendants of a process, parents before their children. The list includes zombies. It does not
 * include the process itself, nor orphans that another process adopted.
 *
 * A tree changes while it is read. A process that is born or adopted meanwhile may be missing, and a process
 * that has exited may still be listed. Each listed process was a descendant when it was read, even if pids were
 * reused. To act on the list safely, open each process with `openProcess()` and its `startTime`, then list again.
 *
 * Linux only. If the mount option `hidepid` hides a process of another user, that process and its descendants
 * are missing (proc(5)).
 *
 * @param pid The root of the tree, default: the calling process. It may be any process.
 * @returns A snapshot of the tree. It is empty if the process has no children or does not exist.
 * @throws {TypeError | RangeError} if the pid is invalid.
 * @throws {SextonError} `ERR_UNSUPPORTED` if `/proc` is not mounted, shows another PID namespace, or hides the
 *   root. `ERR_SYSTEM` if no descriptor is free.
 * @see proc_pid_stat(5), proc_tid_children(5)
 */
export function descendants(pid: number = process.pid): Descendant[] {
  return readDescendants(pid).map((stat) => {
    const { pid, ppid, name, state, processGroup, session, startTime } = stat
    return { pid, ppid, name, state, processGroup, session, startTime }
  })
}

/**
 * Reads the descendants with all fields of their stat lines.
 *
 * @throws {SextonError} See `descendants()`.
 * @internal
 */
export function readDescendants(pid: number = process.pid): ProcessStat[] {
  const root = readStat(checkPid(pid))
  return root === undefined ? [] : new Walk(root).run()
}

type ChildrenOf = (pid: number) => readonly number[]

// The most parents that one walk lists again because they adopted children meanwhile. Without a limit, processes
// that fork and exit all the time would keep the walk going for ever.
const MOST_RELISTS = 10

/**
 * One walk through a tree. The kernel lists pids, and a pid may belong to another process by the time its stat
 * is read. So a child counts only if
 *
 * 1. its own stat, read after the list, names the parent's pid, and
 * 2. the parent's stat, read after the child's, still shows the same process as before the list. Then the
 *    parent kept its pid throughout, so the child's stat named this parent.
 */
class Walk {
  readonly #childrenOf: ChildrenOf = listsChildren() ? childrenByThread : childrenByScan()
  readonly #root: ProcessStat
  readonly #found: ProcessStat[] = []
  /** Every process seen, by pid; `undefined` for a process that has exited since. */
  readonly #members = new Map<number, ProcessStat | undefined>()
  // The stack of a depth-first walk. Recursion would overflow the call stack in a deep tree.
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
    if (isZombie(parent)) return [] // the kernel has already given its children to another parent
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

  // A pid can be reused within one clock tick, so an equal start time alone proves nothing. The member's parent
  // must also be the same as before, or a process in the tree that adopted the member.
  #isStill(member: ProcessStat): boolean {
    const now = unlessHidden(() => readStat(member.pid))
    if (now?.startTime !== member.startTime) return false
    const hasParent = now.ppid === member.ppid || this.#members.get(now.ppid) !== undefined
    return hasParent || member === this.#root
  }

  /** Schedules another listing for parents that adopted some of these processes after their list was read. */
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

// The most readings of one process's lists. When a thread exits, its children move to another thread of the
// process, whose list may already have been read.
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

// Reads all processes once and groups them by parent, for kernels without CONFIG_PROC_CHILDREN.
function childrenByScan(): ChildrenOf {
  const children = new Map<number, number[]>()
  for (const { pid, ppid } of readStats(readPids())) {
    const siblings = children.get(ppid)
    if (siblings === undefined) children.set(ppid, [pid])
    else siblings.push(pid)
  }
  return (pid) => children.get(pid) ?? []
}
