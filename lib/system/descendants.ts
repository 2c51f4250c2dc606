import { checkPid } from '../base/errors.js'
import { readStat } from './proc.js'
import type { ProcessStat } from './proc-formats.js'
import { TreeWalk } from './tree-walk.js'

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
  return readDescendants(pid).map(toDescendant)
}

/** @internal The fields of a process that users see. */
export function toDescendant(stat: ProcessStat): Descendant {
  const { pid, ppid, name, state, processGroup, session, startTime } = stat
  return { pid, ppid, name, state, processGroup, session, startTime }
}

/**
 * Reads the descendants with all fields of their stat lines.
 *
 * @throws {SextonError} See `descendants()`.
 * @internal
 */
export function readDescendants(pid: number = process.pid): ProcessStat[] {
  const root = readStat(checkPid(pid))
  return root === undefined ? [] : new TreeWalk(root).run()
}
