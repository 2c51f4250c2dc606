import { LONGEST_TIMER } from './deadline.js'
import { quote } from './errors.js'
import { readStat } from './proc.js'

// Dead children that may be someone else's, who cannot be asked: another addon's thread, that waits for
// them. It is left time to be scheduled, on a loaded machine too.

// Six times the worst that 64 children of node-pty at once needed with fifty busy processes on each core:
// `npm run bench -- grace`.
const DEFAULT = 1000

// So many times it must have been looked at. While this process is stopped, frozen or swapped out the
// time goes on, but no thread of it has had a chance.
const LOOKS = 4

let grace: number | undefined

interface Suspect {
  startTime: number | undefined
  seen: number
  waited: number
}

const suspects = new Map<number, Suspect>()

/** Milliseconds for which they are left alone: `SEXTON_GRACE`, or one second. */
export function graceTime(): number {
  grace ??= fromEnvironment('SEXTON_GRACE', DEFAULT)
  return grace
}

/** Another one from now on. */
export function setGraceTime(milliseconds: number): void {
  grace = milliseconds
}

/**
 * A number of milliseconds from the environment.
 *
 * @throws {RangeError} for what is none.
 */
export function fromEnvironment(name: string, otherwise: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return otherwise
  if (/^(\d+(\.\d+)?|Infinity)$/.test(text)) return Number(text)
  throw new RangeError(`${name} must be a number of milliseconds, or Infinity, not ${quote(text)}`)
}

/** Whether this dead child has been left alone for long enough; the first look begins the time. */
export function isGraceOver(pid: number, now: number): boolean {
  const suspect = suspects.get(pid)
  if (suspect === undefined) return begin(pid, now)
  suspect.waited += Math.min(now - suspect.seen, betweenLooks())
  suspect.seen = now
  if (suspect.waited < graceTime()) return false
  // Its owner took it, and its pid has come back: that one has had no time yet.
  if (readStat(pid)?.startTime !== suspect.startTime) return begin(pid, now)
  suspects.delete(pid)
  return true
}

function begin(pid: number, now: number): boolean {
  suspects.set(pid, { startTime: readStat(pid)?.startTime, seen: now, waited: 0 })
  return graceTime() === 0
}

/** Forgets those that `isThere` denies: their owners have taken them. */
export function forgetSuspects(isThere: (pid: number) => boolean = () => false): void {
  for (const pid of suspects.keys()) if (!isThere(pid)) suspects.delete(pid)
}

/** How many are being left alone. */
export function countSuspects(): number {
  return suspects.size
}

/** Milliseconds until the next look at any, or `undefined` if there is none. */
export function nextLook(): number | undefined {
  if (suspects.size === 0) return undefined
  const left = [...suspects.values()].map(({ waited }) => graceTime() - waited)
  return Math.max(0, Math.min(...left, betweenLooks()))
}

/** The longest time between two looks that counts in full. */
export function betweenLooks(): number {
  return Math.min(graceTime() / LOOKS, LONGEST_TIMER)
}
