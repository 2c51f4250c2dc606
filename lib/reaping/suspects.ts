import { isDeepStrictEqual } from 'node:util'
import { durationFrom } from '../base/environment.js'
import { LONGEST_TIMER, monotonicNow } from '../base/time.js'
import type { ExitStatus } from '../exit/exit-status.js'

// Six times the longest delay that 64 children of node-pty needed at once, with fifty busy processes on each
// core: `npm run bench -- foreign-child-delay`. In milliseconds.
const DEFAULT = 1000

// How many times this process must have been awake during the delay. While it is stopped, frozen or swapped out
// time goes on, but no thread of it can run. Two are enough: while only the event loop is blocked, which looks
// the same from here, the other threads do run.
const CHECKS = 2

// The shortest time between two checks in milliseconds. A child that was there before sexton is left alone even
// where the delay is 0, so the checks must go on there, too.
const SHORTEST = 50

/** What a look sees of one: that it has ended, or has stopped for a tracer. */
type Sight = Pick<ExitStatus, 'pid' | 'code' | 'signal' | 'usage'>

interface Suspect {
  /** How it ended, and what it had used: that tells it from a later child with the same pid. */
  seen: Sight
  /** The time on the clock of `Suspects` when the delay is over. */
  until: number
}

/**
 * Dead children that another addon may own. Nobody can ask the addon, so each is left alone for a delay in which
 * the addon's thread can reap it.
 */
export class Suspects {
  readonly #suspects = new Map<number, Suspect>()
  #delay: number | undefined
  #time = 0
  #checkedAt = Number.NEGATIVE_INFINITY

  /** Milliseconds of the delay, from `SEXTON_FOREIGN_CHILD_DELAY` unless set; 1000 by default. */
  get delay(): number {
    this.#delay ??= durationFrom('SEXTON_FOREIGN_CHILD_DELAY', DEFAULT)
    return this.#delay
  }

  /** A new delay counts for those that are first seen afterwards. */
  set delay(milliseconds: number) {
    this.#delay = milliseconds
  }

  /** How many are being left alone. */
  get size(): number {
    return this.#suspects.size
  }

  has(pid: number): boolean {
    return this.#suspects.has(pid)
  }

  /**
   * Decides whether a dead child is left alone: for the delay, or for `least` milliseconds if that is longer,
   * from when it is first seen. After that it is no suspect any more.
   */
  leaveAlone(seen: Sight, least: number): boolean {
    const now = this.#clock()
    const known = this.#suspects.get(seen.pid)
    // If only its pid is known, the owner has reaped the first child, and this is another one.
    if (known === undefined || !isSame(known.seen, seen)) {
      const until = now + Math.max(this.delay, least)
      if (until > now) this.#suspects.set(seen.pid, { seen, until })
      return until > now
    }
    if (now < known.until) return true
    this.#suspects.delete(seen.pid)
    return false
  }

  /** The suspects whose delay is over. */
  overdue(): number[] {
    if (this.#suspects.size === 0) return []
    const now = this.#clock()
    return [...this.#suspects].filter(([, { until }]) => now >= until).map(([pid]) => pid)
  }

  /** Forgets a suspect whose delay is over: its owner has reaped it, or has become known. */
  forgetOverdue(pid: number): void {
    const suspect = this.#suspects.get(pid)
    if (suspect !== undefined && this.#clock() >= suspect.until) this.#suspects.delete(pid)
  }

  /** Forgets all: no child is dead, so the owners have reaped theirs. */
  clear(): void {
    this.#suspects.clear()
  }

  /**
   * Remembers the suspects of this moment.
   *
   * @returns Tells whether any of them is still left alone. Those that are left alone for ever do not count.
   */
  watch(): () => boolean {
    const known = [...this.#suspects].filter(([, { until }]) => until !== Number.POSITIVE_INFINITY)
    return () => known.some(([pid, suspect]) => this.#suspects.get(pid) === suspect)
  }

  /** Milliseconds until the next check; `Infinity` if there is nobody to check. */
  get nextCheck(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { until } of this.#suspects.values()) next = Math.min(next, until)
    if (next === Number.POSITIVE_INFINITY) return next
    return Math.max(0, Math.min(next - this.#clock(), this.interval))
  }

  /** The longest time between two checks that counts in full, in milliseconds. */
  get interval(): number {
    return Math.min(Math.max(this.delay / CHECKS, SHORTEST), LONGEST_TIMER)
  }

  // Advances by at most one interval for each check, so time in which the process was frozen does not count.
  #clock(): number {
    const now = monotonicNow()
    this.#time += Math.min(now - this.#checkedAt, this.interval)
    this.#checkedAt = now
    return this.#time
  }
}

function isSame(a: Sight, b: Sight): boolean {
  return a.code === b.code && a.signal === b.signal && isDeepStrictEqual(a.usage, b.usage)
}
