import { readAllStats, readStat } from '../system/proc.js'
import { unlessHidden } from '../system/proc-access.js'
import { isZombie, type ProcessStat } from '../system/proc-formats.js'

// A process links its process group to the session if its parent is in another group of the same session. A group that
// loses its last link is orphaned. If a member is stopped at that moment, the kernel sends SIGHUP to all members
// (setpgid(2), "orphaned process group"). So a tree that is stopped and then ended could hang up others in its groups, such
// as the process that ends it.

/** A process that is to end, and its stat line at the last look. */
interface Ending {
  readonly pid: number
  readonly startTime: number | undefined
  readonly stat: ProcessStat | undefined
}

/**
 * Tells whether the end of processes orphans a group in which others live on. None of them may be stopped then.
 *
 * @param members All processes that are to end.
 */
export function hasLastLinks(members: readonly Ending[]): boolean {
  return hasLinks(members) && groupsOf(members).some(isOrphanedWithout)
}

const isLink = (child: ProcessStat, parent: ProcessStat | undefined) =>
  parent?.session === child.session && parent.processGroup !== child.processGroup

// Most trees have none, so that not all processes of the machine need be read.
function hasLinks(members: readonly Ending[]): boolean {
  const stats = new Map(members.map(({ pid, stat }) => [pid, stat]))
  const statOf = (pid: number) => {
    if (!stats.has(pid)) stats.set(pid, pid === 0 ? undefined : unlessHidden(() => readStat(pid)))
    return stats.get(pid)
  }
  return members.some(({ stat }) => stat !== undefined && isLink(stat, statOf(stat.ppid)))
}

interface Group {
  /** The living members, and their parents. */
  pairs: { child: ProcessStat; parent: ProcessStat | undefined }[]
  /** Whether a process is to end. */
  ends: (stat: ProcessStat | undefined) => boolean
}

/** The groups of all members. */
function groupsOf(members: readonly Ending[]): Group[] {
  const all = new Map(readAllStats().map((stat) => [stat.pid, stat]))
  const isThere = ({ pid, startTime }: Ending) => all.get(pid)?.startTime === startTime
  const ending = new Set(members.filter(isThere).map(({ pid }) => all.get(pid)))
  const numbers = new Set([...ending].map((stat) => stat?.processGroup))
  const living = [...all.values()].filter((stat) => !isZombie(stat))
  return [...numbers].map((number) => ({
    pairs: living
      .filter(({ processGroup }) => processGroup === number)
      .map((child) => ({ child, parent: all.get(child.ppid) })),
    ends: (stat) => ending.has(stat),
  }))
}

// A group without links is orphaned already, and the kernel does nothing.
function isOrphanedWithout({ pairs, ends }: Group): boolean {
  const links = pairs.filter(({ child, parent }) => isLink(child, parent))
  const hasOthers = pairs.some(({ child }) => !ends(child))
  return hasOthers && links.length > 0 && links.every((one) => ends(one.child) || ends(one.parent))
}
