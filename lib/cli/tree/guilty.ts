import { setTimeout as delay } from 'node:timers/promises'
import { attempt, SextonError } from '../../base/errors.js'
import { readStat } from '../../system/proc.js'
import { isZombie, type ProcessStat } from '../../system/proc-formats.js'

/** The facts about a process that show which parent does not reap. */
export type Suspect = Pick<ProcessStat, 'pid' | 'ppid' | 'name' | 'state' | 'threads' | 'startTime'>

/** A living process that keeps zombies, and those zombies. */
export interface GuiltyParent {
  parent: { pid: number; name: string }
  zombies: { pid: number; name: string; startTime: number }[]
}

/** Milliseconds that a parent on a busy machine may need to reap a child that has just died. */
const MOMENT = 200

/**
 * Finds the parents among these processes that keep zombies, sorted by their number of zombies. No init can reap
 * such a zombie while its parent lives.
 *
 * Every dead child is a zombie until its parent runs. Pass the result of `lingering()`, so that no parent is
 * accused of that.
 */
export function guiltyZombies(processes: readonly Suspect[]): GuiltyParent[] {
  const living = new Map(processes.filter((one) => !isZombie(one)).map((one) => [one.pid, one]))
  const guilty = new Map<number, GuiltyParent>()
  for (const zombie of processes) {
    const parent = living.get(zombie.ppid)
    if (parent === undefined || !isZombie(zombie)) continue
    const { pid, name } = parent
    const entry = guilty.get(pid) ?? { parent: { pid, name }, zombies: [] }
    entry.zombies.push({ pid: zombie.pid, name: zombie.name, startTime: zombie.startTime })
    guilty.set(pid, entry)
  }
  return [...guilty.values()].sort((a, b) => b.zombies.length - a.zombies.length)
}

/**
 * Waits a moment, and removes the zombies that are gone by then or have another parent.
 *
 * @throws {DOMException} `AbortError` if `signal` is aborted.
 */
export async function lingering<T extends Suspect>(
  processes: readonly T[],
  signal?: AbortSignal,
): Promise<T[]> {
  if (!processes.some(isZombie)) return [...processes]
  await delay(MOMENT, undefined, { signal })
  return processes.filter((one) => !isZombie(one) || isStillThere(one))
}

// A zombie that can no longer be read counts as still there, because nothing shows that it is gone.
function isStillThere({ pid, ppid, startTime }: Suspect): boolean {
  const now = attempt(() => readStat(pid))
  if (now instanceof SextonError) return true
  return now !== undefined && now.startTime === startTime && now.ppid === ppid
}
