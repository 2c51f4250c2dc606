import type { ChildProcess } from 'node:child_process'
import { pEvent } from 'p-event'
import { lastingListeners } from '../base/lasting-listeners.js'
import type { SignalName } from '../system/signal-names.js'

/** The arguments of the `'exit'` event of a `ChildProcess`. */
export type Exit = [code: number | null, signal: SignalName | null]

interface Wait {
  readonly waiters: Set<(exit: Exit) => void>
  readonly stop: AbortController
}

const waits = new WeakMap<ChildProcess, Wait>()

/**
 * Calls `waiter` when the child emits `'exit'`. All waits for a child share one listener, because Node warns of a
 * leak at the eleventh.
 *
 * @returns A function that ends this wait.
 */
export function onExitEvent(child: ChildProcess, waiter: (exit: Exit) => void): () => void {
  const wait = waits.get(child) ?? listen(child)
  wait.waiters.add(waiter)
  return () => {
    if (!wait.waiters.delete(waiter) || wait.waiters.size > 0) return
    if (waits.get(child) === wait) waits.delete(child)
    wait.stop.abort()
  }
}

function listen(child: ChildProcess): Wait {
  const wait: Wait = { waiters: new Set(), stop: new AbortController() }
  waits.set(child, wait)
  pEvent<string, Exit>(lastingListeners(child), 'exit', {
    multiArgs: true,
    rejectionEvents: [],
    signal: wait.stop.signal,
  }).then(
    (exit) => {
      for (const tell of wait.waiters) tell(exit)
    },
    () => {}, // all waits were ended
  )
  return wait
}
