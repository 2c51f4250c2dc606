import {
  listsChildren,
  readAllStats,
  readStat,
  readStats,
  readTaskChildren,
  readTasks,
} from './proc.js'
import { unlessHidden } from './proc-access.js'
import { isZombie, type ProcessStat } from './proc-formats.js'

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
export class TreeWalk {
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

  /** Returns the descendants, parents before their children. */
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
  for (const { pid, ppid } of readAllStats()) {
    const siblings = children.get(ppid)
    if (siblings === undefined) children.set(ppid, [pid])
    else siblings.push(pid)
  }
  return (pid) => children.get(pid) ?? []
}
