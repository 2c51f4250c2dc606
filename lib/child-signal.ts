import { binding } from './binding.js'
import { systemError } from './errors.js'

// SIGCHLD says only that something may have happened to some children: any number of deaths may
// share one, and none at all may be meant. So a listener looks for itself until nothing is left.

const listeners = new Set<() => void>()
let repaired = false

/** Calls `listener` after each SIGCHLD, from a turn of its own. Works in worker threads. */
export function onChildSignal(listener: () => void): () => void {
  if (listeners.size === 0) start()
  listeners.add(listener)
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) binding.stopChildSignal()
  }
}

function start(): void {
  if (!repaired) binding.repairChildSignal()
  repaired = true
  const result = binding.startChildSignal(() => {
    for (const listener of listeners) listener()
  })
  if (result < 0) throw systemError(result, 'sigaction')
}
