import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { isMainThread } from 'node:worker_threads'
import { binding } from '../system/binding.js'
import { childrenOfMainThread } from '../system/proc.js'
import { forgetAbandoned, forgetAbandonedBut, isOfDeadWorker } from './worker-children.js'

// Which children of this process are someone else's to wait for. A status that is taken from its
// owner is lost: libuv never emits 'exit' for that child, and the program never ends.

// Published by the constructor, before there is a pid.
const unborn = new Set<ChildProcess>()
// Not held: what its listeners hold, all that it has printed perhaps, would be kept with it. Until it has
// ended libuv holds it.
const stillborn = new Set<WeakRef<ChildProcess>>()
const alive = new Map<number, WeakRef<ChildProcess>>()
const BATCH = 64
let pruneAt = BATCH

// They may be libuv's or an addon's; no one told us. Where they cannot be found, any child may be one.
const before = isMainThread ? readChildren() : new Set<number>()

subscribe('child_process', (message) => {
  if (unborn.size === 0) queueMicrotask(settle)
  unborn.add((message as { process: ChildProcess }).process)
  if (unborn.size >= BATCH) settle()
})

/** The `child_process` child of this thread that has this pid and whose `'exit'` is still to come. */
export function childProcessOf(pid: number): ChildProcess | undefined {
  const child = bornHere(pid)
  return child !== undefined && !isClosed(child) ? child : undefined
}

function bornHere(pid: number): ChildProcess | undefined {
  settle()
  const child = alive.get(pid)?.deref()
  return child !== undefined && !hasEnded(child) ? child : undefined
}

function readChildren(): Set<number> | undefined {
  const children = childrenOfMainThread()
  return children && new Set(children)
}

/** Whose a dead child of the main thread is to wait for, if it is not of sexton's `spawn`. */
export type Ownership =
  /** libuv's, which emits `'exit'` for it. */
  | 'child_process'
  /** It was libuv's, which has closed its handle, with a worker's loop or by itself, and asks no more. */
  | 'abandoned'
  /** Perhaps another addon's, or one of the program that this process was before exec. */
  | 'uncertain'
  /** Nobody's here: an orphan that this process has adopted. */
  | 'adopted'

/**
 * Decides by what was seen of its birth. A live worker's child hangs on that worker's thread, where the
 * main thread's waits do not reach it.
 */
export function ownershipOf(pid: number): Ownership {
  const child = bornHere(pid)
  if (child !== undefined) return isClosed(child) ? 'abandoned' : 'child_process'
  if (isOfDeadWorker(pid)) return 'abandoned'
  return wasThereBefore(pid) || mayHaveOtherSpawners() ? 'uncertain' : 'adopted'
}

// Electron's own code starts processes from the main thread, too.
function mayHaveOtherSpawners(): boolean {
  return 'electron' in process.versions || binding.foreignAddons() > 0
}

// A closed handle takes no reference any more, where a live one that is not referenced does.
function isClosed(child: ChildProcess): boolean {
  const { _handle: handle } = child as unknown as { _handle: Handle | null }
  if (handle === null) return true
  if (handle.hasRef()) return false
  handle.ref()
  if (!handle.hasRef()) return true
  handle.unref()
  return false
}

interface Handle {
  hasRef(): boolean
  ref(): void
  unref(): void
}

/** Whether it was there when sexton was loaded, and was not seen to be gone since. */
export function wasThereBefore(pid: number): boolean {
  return before === undefined || before.has(pid)
}

/** Whether any such child may still be there. */
export function anyThereBefore(): boolean {
  return before === undefined || before.size > 0
}

/** It has been reaped: its pid may come back as another child. */
export function forget(pid: number): void {
  before?.delete(pid)
  forgetAbandoned(pid)
  const child = alive.get(pid)?.deref()
  if (child !== undefined && isClosed(child)) alive.delete(pid)
}

/** Drops the pids of earlier children that are not among `children` any more. */
export function forgetAllBut(children: readonly number[]): void {
  forgetAbandonedBut(children)
  if (before === undefined || before.size === 0) return
  const present = new Set(children)
  for (const pid of before) if (!present.has(pid)) before.delete(pid)
}

function settle(): void {
  for (const child of unborn) {
    if (child.pid !== undefined) alive.set(child.pid, new WeakRef(child))
    // Its spawn failed; or, which nobody does, it was constructed for later.
    else stillborn.add(new WeakRef(child))
  }
  unborn.clear()
  for (const reference of stillborn) {
    const child = reference.deref()
    if (child?.pid !== undefined) alive.set(child.pid, reference)
    if (child === undefined || child.pid !== undefined || hasEnded(child))
      stillborn.delete(reference)
  }
  if (alive.size < pruneAt) return
  for (const [pid, reference] of alive) {
    const child = reference.deref()
    if (child === undefined || hasEnded(child)) alive.delete(pid)
  }
  // Twice the living: the cost of pruning, spread over the births since the last, stays constant.
  pruneAt = Math.max(BATCH, alive.size * 2)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
