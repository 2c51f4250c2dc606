import { attempt, SextonError } from '../../base/errors.js'
import { LONGEST_TIMER, monotonicNow } from '../../base/time.js'
import { readDescendants } from '../../system/descendants.js'
import { identityOf } from '../../system/proc-formats.js'
import { guiltyZombies } from '../tree/guilty.js'
import type { Report } from './report.js'

/**
 * Reports zombies whose living parent does not reap them, which no init can change. Each is reported once, after
 * it has existed for `after` milliseconds.
 *
 * @param root The process whose descendants are looked at.
 * @returns A function that ends the reports.
 */
export function watchKeptZombies(
  after: number | undefined,
  report: Report,
  root: number = process.pid,
): () => void {
  if (after === undefined) return () => {}
  const since = new Map<string, number>()
  const look = () => reportKept(since, after, report, root)
  const timer = setInterval(look, Math.min(Math.max(after / 2, 50), LONGEST_TIMER))
  return () => clearInterval(timer)
}

function reportKept(since: Map<string, number>, after: number, report: Report, root: number): void {
  const now = monotonicNow()
  const processes = attempt(() => readDescendants(root))
  // The zombies seen before may still exist, so keep their times.
  if (processes instanceof SextonError) return
  const kept = guiltyZombies(processes).filter(({ parent }) => parent.pid !== root)
  const present = new Set<string>()
  for (const { parent, zombies } of kept) {
    for (const zombie of zombies) {
      const { pid, name } = zombie
      const key = identityOf(zombie)
      present.add(key)
      const first = since.get(key) ?? now
      since.set(key, first)
      if (now - first < after) continue
      since.set(key, Number.POSITIVE_INFINITY)
      report.warn(
        `zombie ${pid} (${name}) is kept by ${parent.pid} (${parent.name}), which lives and does not reap it`,
        { pid, name, parent },
      )
      report.event('zombie', { pid, name, parent })
    }
  }
  for (const key of since.keys()) if (!present.has(key)) since.delete(key)
}
