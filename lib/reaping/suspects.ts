import { isDeepStrictEqual } from 'node:util'
import { durationFrom } from '../base/environment.js'
import { LONGEST_TIMER } from '../base/time.js'
import type { ExitStatus } from '../exit/exit-status.js'

// Dead children that may be someone else's, who cannot be asked: another addon's thread, that waits for
// them. It is left time to be scheduled, on a loaded machine too.

// Six times the worst that 64 children of node-pty at once needed with fifty busy processes on each core:
// `npm run bench -- foreign-child-delay`.
const DEFAULT = 1000

// So many times this process must have been awake meanwhile. While it is stopped, frozen or swapped out the
// time goes on, but no thread of it has had a chance. Not more often: while only the event loop is blocked,
// which looks the same from here, the other threads do run.
const LOOKS = 2

// Who was there before is left alone even where the time of grace is 0, and for that it must go on, too.
const SHORTEST = 50

let delay: number | undefined

// A clock that counts no more than one of the looks at a time.
let clock = 0
let lastLook = Number.NEGATIVE_INFINITY

/** What is seen of one: that it has ended, or has stopped for a tracer. */
type Sight = Pick<ExitStatus, 'pid' | 'code' | 'signal' | 'usage'>

interface Suspect {
  /** How it ended, and what it had used: with that it is told from a later one with its pid. */
  seen: Sight
  /** By that clock. */
  until: number
}

const suspects = new Map<number, Suspect>()

/** Milliseconds for which they are left alone: `SEXTON_FOREIGN_CHILD_DELAY`, or one second. */
export function foreignChildDelay(): number {
  delay ??= durationFrom('SEXTON_FOREIGN_CHILD_DELAY', DEFAULT)
  return delay
}

/** Another one from now on. */
export function setForeignChildDelay(milliseconds: number): void {
  delay = milliseconds
}

/** Lets the time of grace go on until now. */
export function look(now: number): void {
  clock += Math.min(now - lastLook, betweenLooks())
  lastLook = now
}

/**
 * Whether a dead child is left alone: for the time of grace, and `least` at least, from when it is first
 * seen. When that is over it is a suspect no more.
 */
export function isLeftAlone(seen: Sight, least: number): boolean {
  const known = suspects.get(seen.pid)
  if (known === undefined || !isSame(known.seen, seen)) {
    const until = clock + Math.max(foreignChildDelay(), least)
    if (until <= clock) return false
    // Even if its pid is known: then the owner has taken the first, and this is another.
    suspects.set(seen.pid, { seen, until })
    return true
  }
  if (clock < known.until) return true
  suspects.delete(seen.pid)
  return false
}

function isSame(a: Sight, b: Sight): boolean {
  return a.code === b.code && a.signal === b.signal && isDeepStrictEqual(a.usage, b.usage)
}

/** Whether it is being left alone. */
export function isSuspect(pid: number): boolean {
  return suspects.has(pid)
}

/** Those that have been left alone for long enough. */
export function overdue(): number[] {
  const found: number[] = []
  for (const [pid, { until }] of suspects) if (clock >= until) found.push(pid)
  return found
}

/** Forgets it, unless its time has begun anew. */
export function forgetOverdue(pid: number): void {
  if (clock >= (suspects.get(pid)?.until ?? Number.POSITIVE_INFINITY)) suspects.delete(pid)
}

/** Nobody is dead any more: the owners have taken theirs. */
export function forgetSuspects(): void {
  suspects.clear()
}

/** Whether any of those that are being left alone now still is; those left alone for ever do not count. */
export function watchSuspects(): () => boolean {
  const known = [...suspects].filter(([, { until }]) => until !== Number.POSITIVE_INFINITY)
  return () => known.some(([pid, suspect]) => suspects.get(pid) === suspect)
}

/** How many are being left alone. */
export function countSuspects(): number {
  return suspects.size
}

/** Milliseconds until the next look at any; `Infinity` if there is none to come. */
export function nextLook(): number {
  let next = Number.POSITIVE_INFINITY
  for (const { until } of suspects.values()) next = Math.min(next, until)
  if (next === Number.POSITIVE_INFINITY) return next
  return Math.max(0, Math.min(next - clock, betweenLooks()))
}

/** The longest time between two looks that counts in full. */
export function betweenLooks(): number {
  return Math.min(Math.max(foreignChildDelay() / LOOKS, SHORTEST), LONGEST_TIMER)
}
