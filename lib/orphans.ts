import { isMainThread } from 'node:worker_threads'
import { binding } from './binding.js'
import { monotonicNow } from './clock.js'
import { ExitStatus } from './exit-status.js'
import { childProcessOf, forgetAllBut, wasThereBefore } from './ownership.js'
import { readPids, readStat, readTaskChildren } from './proc.js'
import { ownedChild, peek, peekAny, take } from './reaper.js'

// Dead children that nobody will ever wait for: orphans that this process adopted (as PID 1 or as a
// subreaper), and children of worker threads that have ended. All of them hang on the main thread.

const BATCH = 256

// How long a dead child may still be claimed when it is not certain that no one else is its parent:
// another addon's waiting thread has to be scheduled first, which on a loaded machine takes a while.
const GRACE = 1000

// Before `/proc` is tried again when it could not be read, for want of descriptors.
const BREATHER = 100

/** When each dead child that may be someone else's was first seen. */
const suspects = new Map<number, number>()

export interface Sweep {
  /** There may be more to reap right now. */
  more: boolean
  /** Milliseconds until the next dead child's grace is over, if one waits for that. */
  retryAfter: number | undefined
}

/** Reaps what is nobody's, at most a batch. One system call when no child is dead. */
export function sweepOrphans(): Sweep {
  const now = monotonicNow()
  for (let i = 0; i < BATCH; i += 1) {
    const status = peekAny()
    if (status === undefined) {
      suspects.clear()
      return { more: false, retryAfter: undefined }
    }
    // The kernel names the same dead child until it is reaped: one that we must leave hides the rest.
    const mine = ownedChild(status.pid) !== undefined || isNobodys(status.pid, now)
    if (!mine) return sweepEach(now)
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
  else setTimeout(() => setImmediate(reapIfNobodys, pid), GRACE + 1).unref()
}

function sweepEach(now: number): Sweep {
  const children = readTaskChildren(process.pid, process.pid) ?? scanForChildren()
  // Nothing is known: to take that for "no children" would forget whose they are.
  if (children === undefined) return { more: false, retryAfter: BREATHER }
  forgetAllBut(children)
  const dead = new Set(children.filter((pid) => !isClaimed(pid) && isDead(pid)))
  for (const pid of suspects.keys()) if (!dead.has(pid)) suspects.delete(pid)
  for (const pid of dead) if (isNobodys(pid, now)) take(pid)
  if (suspects.size === 0) return { more: false, retryAfter: undefined }
  return { more: false, retryAfter: Math.min(...suspects.values()) + GRACE - now }
}

function isClaimed(pid: number): boolean {
  return ownedChild(pid) !== undefined || childProcessOf(pid) !== undefined
}

function isDead(pid: number): boolean {
  return peek(pid, true) instanceof ExitStatus
}

// Only for a dead child of the main thread. Certain at once if no other addon is loaded, for then
// only child_process could be its parent; else when nobody has taken it for the time of grace.
function isNobodys(pid: number, now: number): boolean {
  if (childProcessOf(pid) !== undefined) return false
  const since = suspects.get(pid)
  const certain = !wasThereBefore(pid) && binding.foreignAddons() === 0
  if (certain || (since !== undefined && now - since >= GRACE)) {
    suspects.delete(pid)
    return true
  }
  if (since === undefined) suspects.set(pid, now)
  return false
}

// For kernels without CONFIG_PROC_CHILDREN. Whose thread's they are, the peek that follows tells.
function scanForChildren(): number[] | undefined {
  return readPids()?.filter((pid) => readStat(pid)?.ppid === process.pid)
}
