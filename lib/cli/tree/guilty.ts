import { setTimeout as delay } from 'node:timers/promises'
import { attempt, SextonError } from '../../base/errors.js'
import { readStat } from '../../system/proc.js'
import { isZombie, type ProcessStat } from '../../system/proc-formats.js'

/** What is to be known of each process to tell who does not reap. */
export type Suspect = Pick<ProcessStat, 'pid' | 'ppid' | 'name' | 'state' | 'threads' | 'startTime'>

/** A living process, and its children that are dead and not waited for. */
export interface GuiltyParent {
  parent: { pid: number; name: string }
  zombies: { pid: number; name: string; startTime: number }[]
}

/** Long enough for a parent on a busy machine to reap what has just died. */
const MOMENT = 200

/**
 * The parents among these processes that keep zombies among them, the one with the most first. No init
 * can reap those: only their parent can, or its death.
 *
 * Every dead child is a zombie until its parent has run. To accuse none of that, give it only what is
 * `lingering()`.
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
 * The processes without those zombies that are gone, or another's, a moment later.
 *
 * @throws {DOMException} `AbortError`
 */
export async function lingering<T extends Suspect>(
  processes: readonly T[],
  signal?: AbortSignal,
): Promise<T[]> {
  if (!processes.some(isZombie)) return [...processes]
  await delay(MOMENT, undefined, { signal })
  return processes.filter((one) => !isZombie(one) || isStillThere(one))
}

// A zombie that cannot be read any more was one a moment ago, and nothing says that it is gone.
function isStillThere({ pid, ppid, startTime }: Suspect): boolean {
  const now = attempt(() => readStat(pid))
  if (now instanceof SextonError) return true
  return now !== undefined && now.startTime === startTime && now.ppid === ppid
}
