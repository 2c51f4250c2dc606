import { checkPid } from './pid.js'
import {
  type ProcessStat,
  procIsOurs,
  readPids,
  readStat,
  readTaskChildren,
  readTasks,
} from './proc.js'

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
 * A live tree changes while it is read: a process born meanwhile may be missing, one that has ended
 * may still be there. To be sure, act on each by `openProcess()` with its `startTime`, and look again.
 *
 * Linux; without `/proc`, and with that of another PID namespace, the list is empty. Under `hidepid` other
 * users' processes are missing (proc(5)).
 *
 * @param pid The root of the tree; it need not be this process's own.
 * @throws {TypeError | RangeError} for a bad pid.
 * @see proc_pid_stat(5), proc_tid_children(5)
 */
export function descendants(pid: number = process.pid): Descendant[] {
  return readDescendants(pid).map((stat) => {
    const { pid, ppid, name, state, processGroup, session, startTime } = stat
    return { pid, ppid, name, state, processGroup, session, startTime }
  })
}

/**
 * The same with all that their stat lines tell.
 *
 * @internal
 */
export function readDescendants(pid: number = process.pid): ProcessStat[] {
  checkPid(pid)
  if (!procIsOurs()) return []
  const childrenOf = childrenByThread(pid) ?? childrenByScan()
  const found: ProcessStat[] = []
  const seen = new Set<number>([pid])
  // Depth first, by a stack of our own: a tree may be deeper than the call stack.
  // Pushed one by one: there may be more children (zombies) than a call takes arguments.
  const next = childrenOf(pid).reverse()
  for (let child = next.pop(); child !== undefined; child = next.pop()) {
    const stat = seen.has(child) ? undefined : readStat(child)
    if (stat === undefined) continue
    seen.add(child)
    found.push(stat)
    for (const grandchild of childrenOf(child).reverse()) next.push(grandchild)
  }
  return found
}

type ChildrenOf = (pid: number) => number[]

// The kernel keeps the children of each thread: no need to look at the rest of the machine.
function childrenByThread(root: number): ChildrenOf | undefined {
  const first = readTasks(root)[0]
  if (first !== undefined && readTaskChildren(root, first) === undefined) return undefined
  return (pid) => readTasks(pid).flatMap((tid) => readTaskChildren(pid, tid) ?? [])
}

// Without CONFIG_PROC_CHILDREN: every process there is, by its parent.
function childrenByScan(): ChildrenOf {
  const children = new Map<number, number[]>()
  for (const pid of readPids() ?? []) {
    const ppid = readStat(pid)?.ppid
    if (ppid === undefined) continue
    const siblings = children.get(ppid)
    if (siblings === undefined) children.set(ppid, [pid])
    else siblings.push(pid)
  }
  return (pid) => [...(children.get(pid) ?? [])]
}
