import { isMainThread } from 'node:worker_threads'
import { monotonicNow } from './clock.js'
import { ExitStatus } from './exit-status.js'
import { betweenLooks, forgetSuspects, isGraceOver, nextLook } from './grace.js'
import { forgetAllBut, ownershipOf } from './ownership.js'
import { readPids, readStat, readTaskChildren } from './proc.js'
import { ownedChild, peek, peekAny, take } from './reaper.js'

// Dead children that nobody will ever wait for: orphans that this process adopted (as PID 1 or as a
// subreaper), and children of worker threads that have ended. All of them hang on the main thread.

const BATCH = 256

// Before `/proc` is tried again when it could not be read, for want of descriptors.
const BREATHER = 100

// To look at each child takes a while where there are thousands: a tenth of the time at most.
const REST = 9

let restUntil = 0

export interface Sweep {
  /** There may be more to reap right now. */
  more: boolean
  /** Milliseconds until it is worth while to look again, unless a child dies before. */
  retryAfter: number | undefined
}

/** Reaps what is nobody's, at most a batch. One system call when no child is dead. */
export function sweepOrphans(): Sweep {
  const now = monotonicNow()
  for (let i = 0; i < BATCH; i += 1) {
    const status = peekAny()
    if (status === undefined) {
      forgetSuspects()
      return { more: false, retryAfter: undefined }
    }
    // The kernel names the same dead child until it is reaped: one that we must leave hides the rest.
    const mine = ownedChild(status.pid) !== undefined || isNobodys(status.pid, now)
    if (!mine)
      return now < restUntil ? { more: false, retryAfter: restUntil - now } : sweepEach(now)
    take(status.pid)
  }
  return { more: true, retryAfter: undefined }
}

/** Reaps a dead child if it is nobody's, now or once its grace is over. */
export function reapIfNobodys(pid: number): void {
  if (!isMainThread || !(peek(pid, true) instanceof ExitStatus)) return
  if (isNobodys(pid, monotonicNow())) take(pid)
  // Unreferenced: if the process ends first, its own parent gets the zombie, and reaps it. A turn of
  // the loop after the timer: if the loop was held up, libuv gets to its own children first.
  else setTimeout(() => setImmediate(reapIfNobodys, pid), betweenLooks() + 1).unref()
}

function sweepEach(now: number): Sweep {
  const children = readTaskChildren(process.pid, process.pid) ?? scanForChildren()
  // Nothing is known: to take that for "no children" would forget whose they are.
  if (children === undefined) return { more: false, retryAfter: BREATHER }
  forgetAllBut(children)
  const dead = new Set(children.filter((pid) => !isClaimed(pid) && isDead(pid)))
  forgetSuspects((pid) => dead.has(pid))
  for (const pid of dead) if (isNobodys(pid, now)) take(pid)
  const end = monotonicNow()
  restUntil = end + (end - now) * REST
  return { more: false, retryAfter: nextLook() }
}

function isClaimed(pid: number): boolean {
  return ownedChild(pid) !== undefined || ownershipOf(pid) === 'child_process'
}

function isDead(pid: number): boolean {
  return peek(pid, true) instanceof ExitStatus
}

// Only for a dead child of the main thread.
function isNobodys(pid: number, now: number): boolean {
  const ownership = ownershipOf(pid)
  if (ownership === 'child_process') return false
  return ownership !== 'uncertain' || isGraceOver(pid, now)
}

// For kernels without CONFIG_PROC_CHILDREN. Whose thread's they are, the peek that follows tells.
function scanForChildren(): number[] | undefined {
  return readPids()?.filter((pid) => readStat(pid)?.ppid === process.pid)
}
