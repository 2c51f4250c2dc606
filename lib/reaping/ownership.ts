import { isMainThread } from 'node:worker_threads'
import { ECHILD } from '../base/errors.js'
import { binding, P_ALL } from '../system/binding.js'
import { childrenOfMainThread } from '../system/proc.js'
import { bornHere, forgetBirth, isClosed } from './births.js'
import type { OwnedChild } from './owned-child.js'
import { forgetWorkerChild, forgetWorkerChildrenBut, isOfDeadWorker } from './workers.js'

// A status that is taken from its owner is lost: libuv never emits 'exit' for that child, and the program never
// ends. So every strategy asks `ownerOf()` before it takes one.

/** The children of sexton's `spawn` in this thread that have not been reaped. */
export const owned = new Map<number, OwnedChild>()

// The children that this process had when sexton was loaded. libuv or an addon may wait for them; nothing told
// sexton about their births. Undefined where they cannot be listed: then any child may be one of them. That this
// process has no child at all, the kernel tells without `/proc` too.
const earlier = isMainThread ? listChildren() : new Set<number>()

function listChildren(): Set<number> | undefined {
  const children = childrenOfMainThread()
  if (children !== undefined) return new Set(children)
  const records = new Float64Array(binding.waitFields)
  return binding.wait(P_ALL, 0, binding.peek, records) === -ECHILD ? new Set() : undefined
}

/** The party that must reap a dead child of the main thread. Nobody else reaps `'adopted'` and `'abandoned'` ones. */
export type Owner =
  /** sexton, whose `spawn` started it. */
  | 'sexton'
  /** libuv, which will emit its `'exit'`. */
  | 'child_process'
  /** Nobody: an orphan that this process has adopted. */
  | 'adopted'
  /** Nobody: libuv has closed its handle, or the worker that started it has ended. */
  | 'abandoned'
  /** Perhaps another addon, or libuv for a child that was there before sexton. */
  | 'unknown'

/**
 * Tells who must reap a child of the main thread, by what was seen of its birth. The children of a worker that
 * lives hang on that worker's thread, where the main thread's waits do not reach them.
 *
 * @returns The owner as of now: it may change when a handle is closed, a worker ends, or an addon is loaded.
 */
export function ownerOf(pid: number): Owner {
  if (owned.has(pid)) return 'sexton'
  const child = bornHere(pid)
  if (child !== undefined) return isClosed(child) ? 'abandoned' : 'child_process'
  if (isOfDeadWorker(pid)) return 'abandoned'
  return wasThereBefore(pid) || mayHaveOtherSpawners() ? 'unknown' : 'adopted'
}

// Electron's own code starts processes from the main thread, too.
function mayHaveOtherSpawners(): boolean {
  return 'electron' in process.versions || binding.foreignAddons() > 0
}

/** Whether the child was there when sexton was loaded, as far as is known. */
export function wasThereBefore(pid: number): boolean {
  return earlier === undefined || earlier.has(pid)
}

/** Whether any child of that kind may still be there. */
export function anyThereBefore(): boolean {
  return earlier === undefined || earlier.size > 0
}

/** Forgets a child that has been reaped: its pid may come back as another child. */
export function forget(pid: number): void {
  if (earlier !== undefined && earlier.size > 0) earlier.delete(pid)
  forgetWorkerChild(pid)
  forgetBirth(pid)
}

/** Forgets the earlier children, and those of dead workers, that are not among `children` any more. */
export function forgetAllBut(children: readonly number[]): void {
  forgetWorkerChildrenBut(children)
  if (earlier === undefined || earlier.size === 0) return
  const present = new Set(children)
  for (const pid of earlier) if (!present.has(pid)) earlier.delete(pid)
}
