import { connected } from '../../base/branches.js'
import { ageAt, secondsSinceBoot } from '../../system/age.js'
import { readDescendants } from '../../system/descendants.js'
import { readCommandLine, readStat } from '../../system/proc.js'
import { unlessHidden } from '../../system/proc-access.js'
import { isZombie, type ProcessStat, TICKS_PER_SECOND } from '../../system/proc-formats.js'
import { residentMemory } from '../../system/resident-memory.js'
import { type Kin, orphans } from './orphan.js'

/** A process with the figures that the tree shows. */
export interface TreeProcess extends ProcessStat {
  /** The words of its command line; empty for a zombie or a kernel thread. */
  command: string[]
  /** Seconds since it started. */
  age: number
  /** Per cent of one processor since the previous snapshot, or since its start if it is new. */
  cpu: number
  /** Resident memory, in bytes. */
  memory: number
  /** Whether it is dead and not reaped yet. */
  zombie: boolean
  /** Whether its parent adopted it: see `orphans()`. */
  orphan: boolean
}

/** A tree of processes at one time. The root comes first, and parents come before their children. */
export interface Snapshot {
  /** Seconds since boot. */
  time: number
  processes: TreeProcess[]
}

/**
 * Reads the tree of `pid`. Processes that exit meanwhile are left out, and so are those that a process outside
 * the tree adopts.
 *
 * @returns The snapshot; `undefined` if there is no such process, or if the pid has been reused since `previous`.
 * @throws {SextonError} See `descendants()`.
 */
export function readSnapshot(pid: number, previous?: Snapshot): Snapshot | undefined {
  const root = readStat(pid)
  if (root === undefined) return undefined
  const former = new Map(previous?.processes.map((one) => [one.pid, one]))
  if (previous && former.get(pid)?.startTime !== root.startTime) return undefined
  const stats = connected([root, ...readDescendants(pid)])
  const time = secondsSinceBoot()
  const elapsed = time - (previous?.time ?? time)
  const kin = stats.map((stat) => ({ ...stat, command: commandOf(stat.pid) }))
  const adopted = orphans(kin, finder(kin))
  const processes = kin.map((one) => ({
    ...one,
    age: ageAt(time, one),
    cpu: percent(one, ageAt(time, one), former.get(one.pid), elapsed),
    memory: residentMemory(one),
    zombie: isZombie(one),
    orphan: adopted.has(one.pid),
  }))
  return { time, processes }
}

function commandOf(pid: number): string[] {
  return unlessHidden(() => readCommandLine(pid)) ?? []
}

function finder(processes: readonly Kin[]): (pid: number) => Kin | undefined {
  const known = new Map<number, Kin | undefined>(processes.map((one) => [one.pid, one]))
  return (pid) => {
    if (!known.has(pid)) {
      const stat = pid > 0 ? unlessHidden(() => readStat(pid)) : undefined
      known.set(pid, stat && { ...stat, command: [] })
    }
    return known.get(pid)
  }
}

function percent(
  now: ProcessStat,
  age: number,
  before: ProcessStat | undefined,
  elapsed: number,
): number {
  const ticks = (stat: ProcessStat) => stat.userTime + stat.systemTime
  const same = before?.startTime === now.startTime && elapsed > 0 ? before : undefined
  const used = ticks(now) - (same ? ticks(same) : 0)
  const seconds = Math.max(same ? elapsed : age, 1 / TICKS_PER_SECOND)
  return (Math.max(0, used) / TICKS_PER_SECOND / seconds) * 100
}
