import { isMainThread } from 'node:worker_threads'
import { LONGEST_TIMER, monotonicNow } from '../base/time.js'
import { ExitStatus } from '../exit/exit-status.js'
import { letGo, type Tracee } from '../exit/tracees.js'
import { childrenOfMainThread, readStat } from '../system/proc.js'
import { forgetAllBut, ownershipOf, wasThereBefore } from './ownership.js'
import { ownedChild, peekAny, peekHere, take } from './reaper.js'
import {
  betweenLooks,
  forgetOverdue,
  forgetSuspects,
  isLeftAlone,
  isSuspect,
  look,
  nextLook,
  overdue,
} from './suspects.js'

// Dead children that nobody will ever wait for: orphans that this process adopted (as PID 1 or as a
// subreaper), and children of worker threads that have ended. All of them hang on the main thread.

// Before `/proc` is tried again when it could not be read, for want of descriptors, or libuv has not yet
// reaped its own.
const BREATHER = 100

// So many milliseconds at a time, so that the event loop gets its turn; or, where its turns are long, a tenth
// of one: with less, a program that is busy would have ever more zombies.
const PART = 10
const TENTH = 0.1
const MOST = 1000

// Who was there before may be libuv's, which has to get its turn, whatever is said of addons.
const LEAST_FOR_EARLIER = 1000

// Until when the children are not listed again: a tenth of all time goes to that at most.
let restUntil = 0
let nextChild = 0
/** When it was last certain that none is hidden. */
let seenAllAt = 0

export interface Sweep {
  /** There may be more to reap right now. */
  more: boolean
  /** Milliseconds until it is worth while to look again, unless a child dies before; `Infinity`: never. */
  retryAfter: number
}

const NEVER = Number.POSITIVE_INFINITY

/**
 * Reaps what is nobody's, for a while, and at most so many. One system call when no child is dead. `turn`: for
 * so many milliseconds the event loop has been busy with other things before it got to this.
 */
export function sweepOrphans(most: number, turn: number): Sweep {
  look(monotonicNow())
  return sweep(Math.min(Math.max(PART, turn * TENTH), MOST), most)
}

/**
 * Reaps all that is dead by now and nobody's, however long it takes. What may be another addon's becomes a
 * suspect. Where the children cannot be listed, one of those hides the rest.
 */
export function sweepAllOrphans(): void {
  while (sweepOrphans(Number.POSITIVE_INFINITY, 0).more);
  if (peekAny() === undefined) return
  for (const pid of childrenOfMainThread() ?? []) {
    if (!isSuspect(pid) && !isClaimed(pid)) reapDead(pid)
  }
}

function sweep(share: number, most: number): Sweep {
  const until = monotonicNow() + share
  let left = most
  const hasTime = () => left > 0 && monotonicNow() <= until
  for (const pid of overdue()) {
    if (!hasTime()) return { more: true, retryAfter: NEVER }
    if (reapDead(pid)) left -= 1
    forgetOverdue(pid) // if it was no more, or is somebody's by now
  }
  for (; hasTime(); left -= 1) {
    const seen = peekAny()
    if (seen === undefined) {
      seenAllAt = monotonicNow()
      forgetSuspects()
      return { more: false, retryAfter: NEVER }
    }
    // The kernel names the same child until it is reaped or goes on: one that we must leave hides the rest.
    if (!settle(seen)) return sweepHidden(seen, share)
  }
  return { more: true, retryAfter: NEVER }
}

/** Reaps a dead child if it is nobody's, now or once its grace is over. */
export function reapIfNobodys(pid: number): void {
  if (!isMainThread) return
  look(monotonicNow())
  if (reapDead(pid)) return
  // Unreferenced: if the process ends first, its own parent gets the zombie, and reaps it. A turn of
  // the loop after the timer: if the loop was held up, libuv gets to its own children first.
  const again = Math.min(betweenLooks() + 1, LONGEST_TIMER)
  setTimeout(() => setImmediate(reapIfNobodys, pid), again).unref()
}

/** Those that the first dead or stopped child hides. */
function sweepHidden(first: ExitStatus | Tracee, share: number): Sweep {
  const now = monotonicNow()
  // libuv reaps its own in the turn in which it hears of them, and then another look is due in any case.
  // To list them all is worth while now and then only: where there always is one of its own, or where one
  // has been abandoned, of which nothing tells.
  const isLibuvs = ownershipOf(first.pid) === 'child_process'
  const listAt = Math.max(restUntil, isLibuvs ? seenAllAt + BREATHER : 0)
  const again = now < listAt ? listAt - now : sweepEach(first, share)
  return { more: false, retryAfter: Math.min(again, isLibuvs ? BREATHER : NEVER, nextLook()) }
}

/** Milliseconds until it must be tried again; `NEVER` when it is done. */
function sweepEach(first: ExitStatus | Tracee, share: number): number {
  const start = monotonicNow()
  const children = childrenOfMainThread()
  // Nothing is known: to take that for "no children" would forget whose they are.
  if (children === undefined) return BREATHER
  if (first instanceof ExitStatus && !children.includes(first.pid)) return BREATHER
  forgetAllBut(children)
  const turned = [...children.slice(nextChild), ...children.slice(0, nextChild)]
  const done = lookAtSome(turned, monotonicNow() + share)
  const end = monotonicNow()
  restUntil = end + (end - start) / TENTH
  nextChild = done === children.length ? 0 : (nextChild + done) % children.length
  if (nextChild !== 0) return restUntil - end
  seenAllAt = end
  return NEVER
}

/** How many it got to before the time was over. */
function lookAtSome(children: readonly number[], until: number): number {
  for (const [i, pid] of children.entries()) {
    if (isSuspect(pid) || isClaimed(pid)) continue
    reapDead(pid)
    if (monotonicNow() > until) return i + 1
  }
  return children.length
}

/** Whether there is nothing more to do: it has been reaped, or is no dead child of the main thread. */
function reapDead(pid: number): boolean {
  const seen = peekHere(pid)
  return typeof seen === 'string' || settle(seen)
}

/**
 * Reaps a dead child of the main thread, and lets a stopped one go on; or leaves it to its owner, for as
 * long as it takes to be sure.
 */
function settle(seen: ExitStatus | Tracee): boolean {
  if (seen instanceof ExitStatus) {
    if (mustLeave(seen.pid, seen)) return false
    take(seen.pid)
    return true
  }
  const pid = seen.process
  return !isStranger(pid) && !mustLeave(pid, seen) && letGo(seen.pid)
}

// A debugger in this thread may trace a process that is no child.
function isStranger(pid: number): boolean {
  const stat = readStat(pid)
  return stat !== undefined && stat.ppid !== process.pid
}

function mustLeave(pid: number, seen: ExitStatus | Tracee): boolean {
  if (ownedChild(pid) !== undefined) return false
  const ownership = ownershipOf(pid)
  if (ownership === 'child_process') return true
  const least = wasThereBefore(pid) ? LEAST_FOR_EARLIER : 0
  return ownership === 'uncertain' && isLeftAlone(seen, least)
}

function isClaimed(pid: number): boolean {
  return ownedChild(pid) !== undefined || ownershipOf(pid) === 'child_process'
}
