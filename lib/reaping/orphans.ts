import { isMainThread } from 'node:worker_threads'
import { monotonicNow } from '../base/time.js'
import { isSoleListener } from '../exit/child-signal.js'
import { ExitStatus } from '../exit/exit-status.js'
import { childrenOfMainThread } from '../system/proc.js'
import { Budget, SHARE } from './budget.js'
import { forgetAllBut, ownerOf } from './ownership.js'
import { peekAny } from './peek.js'
import { Suspects } from './suspects.js'
import { isClaimed, reapUnclaimed, type Sight, settle } from './unclaimed.js'
import type { Next } from './wakeups.js'

// The strategy for scope 'adopted': reap the dead children of the main thread that nobody else waits for. These are
// orphans that this process adopted as PID 1 or as a subreaper, and children that libuv has given up.
// lib/reaping/unclaimed.ts decides about each.

// Milliseconds until the next try, where `/proc` could not be read for want of descriptors, or where libuv has not
// reaped its own child yet.
const BREATHER = 100

// Milliseconds without a SIGCHLD after a look for which nobody waits. Without them a look for each exit of its own
// children costs a busy server between 3 and 10 percent of its processor time.
const QUIET = 10

const NEVER = Number.POSITIVE_INFINITY

/** Reaps dead children that nobody else will ever wait for. */
export class Orphans {
  readonly suspects = new Suspects()
  /** Dead processes that waits have seen, and that could not be reaped at once. */
  readonly #reported = new Set<number>()
  #retryAt = NEVER
  /** The children of the last listing that there was no time to look at. */
  #unseen: readonly number[] = []
  /** Not before this time are the children listed again: that takes a tenth of all time at most. */
  #listAt = 0
  /** The last time when certainly no child was hidden. */
  #allSeenAt = 0

  /**
   * Reaps as many as the budget allows. This is one system call when no child is dead.
   *
   * @returns When to look again.
   */
  reap(budget: Budget): Next {
    const retry = this.#retryReported()
    // Only if nobody asks: where the time is over before it began, the sweep asks for another look.
    if (budget.isEmpty) return next(retry, 0)
    const again = this.#sweep(budget)
    if (again === 'now') return { again, quietFor: 0 }
    return next(Math.min(retry, again), budget.isUnlimited && isSoleListener() ? QUIET : 0)
  }

  /**
   * Reaps all that are dead by now, however long it takes. Children that another addon may own become suspects.
   * Where the children cannot be listed, one of those hides the others.
   */
  reapNow(): void {
    while (this.#sweep(new Budget(NEVER, 0)) === 'now');
    if (peekAny() === undefined) return
    for (const pid of childrenOfMainThread() ?? []) {
      if (!this.suspects.has(pid) && !isClaimed(pid)) reapUnclaimed(pid, this.suspects)
    }
  }

  /**
   * Reaps a process that a wait has seen dead, if it is nobody's; if it may be another addon's, later.
   *
   * @returns Whether there is nothing left to do.
   */
  reapReported(pid: number): boolean {
    if (!isMainThread || reapUnclaimed(pid, this.suspects)) return true
    this.#reported.add(pid)
    this.#retryAt = Math.min(this.#retryAt, monotonicNow() + this.suspects.interval)
    return false
  }

  /** Milliseconds until the next try. */
  #retryReported(): number {
    const now = monotonicNow()
    if (now >= this.#retryAt) {
      for (const pid of this.#reported)
        if (reapUnclaimed(pid, this.suspects)) this.#reported.delete(pid)
      this.#retryAt = this.#reported.size > 0 ? now + this.suspects.interval : NEVER
    }
    return this.#retryAt - now
  }

  #sweep(budget: Budget): number | 'now' {
    for (const pid of this.suspects.overdue()) {
      if (budget.isSpent) return 'now'
      if (reapUnclaimed(pid, this.suspects)) budget.spend()
      this.suspects.forgetOverdue(pid)
    }
    for (; !budget.isSpent; budget.spend()) {
      const seen = peekAny()
      if (seen === undefined) {
        this.#allSeenAt = monotonicNow()
        this.suspects.clear()
        return NEVER
      }
      if (!settle(seen, this.suspects)) return this.#sweepHidden(seen, budget)
    }
    return 'now'
  }

  /** Looks behind a child that must be left alone. Returns the milliseconds until the next look. */
  #sweepHidden(first: Sight, budget: Budget): number {
    const now = monotonicNow()
    // libuv reaps its own child in the turn in which it hears of it, and a look follows then in any case. So list
    // the children only where one of libuv's is always dead, or where one was abandoned without a signal.
    const isLibuvs = ownerOf(first.pid) === 'child_process'
    const listAt = Math.max(this.#listAt, isLibuvs ? this.#allSeenAt + BREATHER : 0)
    const again = now < listAt ? listAt - now : this.#sweepListed(first, budget)
    return Math.min(again, isLibuvs ? BREATHER : NEVER, this.suspects.nextCheck)
  }

  #sweepListed(first: Sight, budget: Budget): number {
    const start = monotonicNow()
    const isRest = this.#unseen.length > 0
    const children = isRest ? this.#unseen : childrenOfMainThread()
    // An unknown list is not an empty one, which would forget whose the children are.
    if (children === undefined) return BREATHER
    if (!isRest) {
      if (first instanceof ExitStatus && !children.includes(first.pid)) return BREATHER
      forgetAllBut(children)
    }
    budget.renew()
    this.#unseen = children.slice(this.#reapSome(children, budget))
    const end = monotonicNow()
    this.#listAt = end + (end - start) / SHARE
    // Children that died since the list was made are not in it.
    if (isRest || this.#unseen.length > 0) return this.#listAt - end
    this.#allSeenAt = end
    return NEVER
  }

  /** Returns how many of the children there was time for. */
  #reapSome(children: readonly number[], budget: Budget): number {
    for (const [i, pid] of children.entries()) {
      if (this.suspects.has(pid) || isClaimed(pid)) continue
      reapUnclaimed(pid, this.suspects)
      if (budget.isOver) return i + 1
    }
    return children.length
  }
}

function next(milliseconds: number, quietFor: number): Next {
  return { again: milliseconds === NEVER ? 'on-signal' : milliseconds, quietFor }
}
