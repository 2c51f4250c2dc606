import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'

// Fewer records than this are never pruned.
const BATCH = 64

/** The children that `child_process` has started in this thread since sexton was loaded. */
class Births {
  /** `ChildProcess` publishes itself in its constructor, before it has a pid. */
  readonly #unborn = new Set<ChildProcess>()
  /**
   * Children without a pid after that: their spawn failed, or they were constructed to be started later. Held
   * weakly, like the living: a strong reference would keep everything that their listeners hold, perhaps all that
   * the child has printed. libuv holds a child until it has ended.
   */
  readonly #stillborn = new Set<WeakRef<ChildProcess>>()
  readonly #born = new Map<number, WeakRef<ChildProcess>>()
  #pruneAt = BATCH

  add(child: ChildProcess): void {
    if (this.#unborn.size === 0) queueMicrotask(() => this.#settle())
    this.#unborn.add(child)
    if (this.#unborn.size >= BATCH) this.#settle()
  }

  /** The child with this pid whose end libuv has not told yet. */
  find(pid: number): ChildProcess | undefined {
    this.#settle()
    const child = this.#born.get(pid)?.deref()
    return child !== undefined && !hasEnded(child) ? child : undefined
  }

  /** Forgets a child that was reaped here. A child with an open handle is a later one with the same pid. */
  forget(pid: number): void {
    const child = this.#born.get(pid)?.deref()
    if (child !== undefined && isClosed(child)) this.#born.delete(pid)
  }

  #settle(): void {
    for (const child of this.#unborn) {
      if (child.pid !== undefined) this.#born.set(child.pid, new WeakRef(child))
      else this.#stillborn.add(new WeakRef(child))
    }
    this.#unborn.clear()
    for (const reference of this.#stillborn) {
      const child = reference.deref()
      if (child?.pid !== undefined) this.#born.set(child.pid, reference)
      if (child === undefined || child.pid !== undefined || hasEnded(child)) {
        this.#stillborn.delete(reference)
      }
    }
    if (this.#born.size >= this.#pruneAt) this.#prune()
  }

  #prune(): void {
    for (const [pid, reference] of this.#born) {
      const child = reference.deref()
      if (child === undefined || hasEnded(child)) this.#born.delete(pid)
    }
    // Prune again at twice the living: so the cost for each birth stays constant.
    this.#pruneAt = Math.max(BATCH, this.#born.size * 2)
  }
}

const births = new Births()

subscribe('child_process', (message) => births.add((message as { process: ChildProcess }).process))

/** The `child_process` child of this thread that has this pid and whose end libuv has not told yet. */
export function bornHere(pid: number): ChildProcess | undefined {
  return births.find(pid)
}

/** The same child, if libuv will reap it and emit its `'exit'`. */
export function childProcessOf(pid: number): ChildProcess | undefined {
  const child = births.find(pid)
  return child !== undefined && !isClosed(child) ? child : undefined
}

/** Forgets a child that was reaped here. */
export function forgetBirth(pid: number): void {
  births.forget(pid)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

interface Handle {
  hasRef(): boolean
  ref(): void
  unref(): void
}

/** Whether libuv has closed the child's handle, so that it waits for the child no more. */
export function isClosed(child: ChildProcess): boolean {
  const { _handle: handle } = child as unknown as { _handle: Handle | null }
  if (handle === null) return true
  if (handle.hasRef()) return false
  // An open handle without a reference takes one. A closed handle does not.
  handle.ref()
  if (!handle.hasRef()) return true
  handle.unref()
  return false
}
