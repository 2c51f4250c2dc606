import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { isMainThread } from 'node:worker_threads'
import { readTaskChildren } from './proc.js'

// Which children of this process are someone else's to wait for. A status that is taken from its
// owner is lost: libuv never emits 'exit' for that child, and the program never ends.

// Published by the constructor, before there is a pid.
const unborn = new Set<ChildProcess>()
const stillborn = new Set<WeakRef<ChildProcess>>()
const alive = new Map<number, ChildProcess>()
const BATCH = 64
let pruneAt = BATCH

// They may be libuv's or an addon's; no one told us.
const before = new Set<number>(
  isMainThread ? readTaskChildren(process.pid, process.pid) : undefined,
)

subscribe('child_process', (message) => {
  unborn.add((message as { process: ChildProcess }).process)
  if (unborn.size >= BATCH) settle()
})

/** The `child_process` child of this thread that has this pid and whose `'exit'` is still to come. */
export function childProcessOf(pid: number): ChildProcess | undefined {
  settle()
  const child = alive.get(pid)
  return child !== undefined && !hasEnded(child) ? child : undefined
}

/** Whether it was there when sexton was loaded, and was not seen to be gone since. */
export function wasThereBefore(pid: number): boolean {
  return before.has(pid)
}

/** Whether any such child may still be there. */
export function anyThereBefore(): boolean {
  return before.size > 0
}

/** Someone has reaped it: its pid may come back as another child. */
export function forget(pid: number): void {
  before.delete(pid)
}

/** Drops the pids of earlier children that are not among `children` any more. */
export function forgetAllBut(children: readonly number[]): void {
  if (before.size === 0) return
  const present = new Set(children)
  for (const pid of before) if (!present.has(pid)) before.delete(pid)
}

function settle(): void {
  for (const child of unborn) {
    if (child.pid !== undefined) alive.set(child.pid, child)
    // Its spawn failed; or, which nobody does, it was constructed for later.
    else stillborn.add(new WeakRef(child))
  }
  unborn.clear()
  for (const reference of stillborn) {
    const child = reference.deref()
    if (child?.pid !== undefined) alive.set(child.pid, child)
    if (child === undefined || child.pid !== undefined || hasEnded(child))
      stillborn.delete(reference)
  }
  if (alive.size < pruneAt) return
  for (const [pid, child] of alive) if (hasEnded(child)) alive.delete(pid)
  // Twice the living: the cost of pruning, spread over the births since the last, stays constant.
  pruneAt = Math.max(BATCH, alive.size * 2)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
