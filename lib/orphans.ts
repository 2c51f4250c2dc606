import { isMainThread } from 'node:worker_threads'
import { monotonicNow } from './clock.js'
import { LONGEST_TIMER } from './deadline.js'
import { ExitStatus } from './exit-status.js'
import {
  betweenLooks,
  cleared,
  forgetSuspects,
  isCleared,
  isSuspect,
  look,
  nextLook,
  suspect,
} from './grace.js'
import { forgetAllBut, ownershipOf, wasThereBefore } from './ownership.js'
import { childrenOfMainThread } from './proc.js'
import { ownedChild, peek, peekAny, take } from './reaper.js'

// Dead children that nobody will ever wait for: orphans that this process adopted (as PID 1 or as a
// subreaper), and children of worker threads that have ended. All of them hang on the main thread.

const BATCH = 256

// Before `/proc` is tried again when it could not be read, for want of descriptors.
const BREATHER = 100

// To look at each child takes a while where there are thousands: a tenth of the time at most.
const REST = 9

// Who was there before may be libuv's, which has to get its turn, whatever is said of addons.
const LEAST_FOR_EARLIER = 1000

let restUntil = 0

export interface Sweep {
  /** There may be more to reap right now. */
  more: boolean
  /** Milliseconds until it is worth while to look again, unless a child dies before. */
  retryAfter: number | undefined
}

/** Reaps what is nobody's, at most a batch or two. One system call when no child is dead. */
export function sweepOrphans(): Sweep {
  look(monotonicNow())
  const due = cleared(BATCH)
  for (const pid of due) if (isStillNobodys(pid)) take(pid)
  for (let i = 0; i < BATCH; i += 1) {
    const status = peekAny()
    if (status === undefined) {
      forgetSuspects()
      return { more: false, retryAfter: undefined }
    }
    // The kernel names the same dead child until it is reaped: one that we must leave hides the rest.
    if (!reaps(status.pid)) return sweepHidden(status.pid, due.length === BATCH)
  }
  return { more: true, retryAfter: undefined }
}

/** Reaps a dead child if it is nobody's, now or once its grace is over. */
export function reapIfNobodys(pid: number): void {
  if (!isMainThread || !(peek(pid, true) instanceof ExitStatus)) return
  look(monotonicNow())
  if (reaps(pid)) return
  // Unreferenced: if the process ends first, its own parent gets the zombie, and reaps it. A turn of
  // the loop after the timer: if the loop was held up, libuv gets to its own children first.
  const again = Math.min(betweenLooks() + 1, LONGEST_TIMER)
  setTimeout(() => setImmediate(reapIfNobodys, pid), again).unref()
}

/** Those that the first dead child hides. */
function sweepHidden(first: number, more: boolean): Sweep {
  const now = monotonicNow()
  const breather = now < restUntil ? restUntil - now : sweepEach(first, now)
  const retryAfter = Math.min(breather, nextLook() ?? Number.POSITIVE_INFINITY)
  return { more, retryAfter: retryAfter === Number.POSITIVE_INFINITY ? undefined : retryAfter }
}

/** Milliseconds until it must be tried again; `Infinity` when it is done. */
function sweepEach(first: number, now: number): number {
  const children = childrenOfMainThread()
  // Nothing is known: to take that for "no children" would forget whose they are.
  if (!children?.includes(first)) return BREATHER
  forgetAllBut(children)
  for (const pid of children) {
    if (!isSuspect(pid) && !isClaimed(pid) && peek(pid, true) instanceof ExitStatus) reaps(pid)
  }
  const end = monotonicNow()
  restUntil = end + (end - now) * REST
  return Number.POSITIVE_INFINITY
}

/** Reaps a dead child of the main thread, or leaves it to its owner, for as long as it takes to be sure. */
function reaps(pid: number): boolean {
  if (ownedChild(pid) === undefined) {
    const ownership = ownershipOf(pid)
    if (ownership === 'child_process') return false
    if (ownership === 'uncertain') {
      suspect(pid, wasThereBefore(pid) ? LEAST_FOR_EARLIER : 0)
      return isCleared(pid) && takes(pid)
    }
  }
  return takes(pid)
}

function takes(pid: number): true {
  take(pid)
  return true
}

// Meanwhile libuv may have got a child with this pid.
function isStillNobodys(pid: number): boolean {
  return ownershipOf(pid) !== 'child_process'
}

function isClaimed(pid: number): boolean {
  return ownedChild(pid) !== undefined || ownershipOf(pid) === 'child_process'
}
