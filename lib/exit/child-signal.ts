import { systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'

// SIGCHLD says only that something may have happened to some children: any number of deaths may
// share one, and none at all may be meant. So a listener looks for itself until nothing is left.

const listeners = new Set<() => void>()
/** Those that may be told later. */
const patient = new Set<() => void>()
let repaired = false
let resting = false

/**
 * Calls `listener` after each SIGCHLD, from a turn of its own. Works in worker threads. `isPatient`: it does
 * not mind if another one takes a rest.
 */
export function onChildSignal(listener: () => void, isPatient = false): () => void {
  if (listeners.size === 0 && !resting) start()
  listeners.add(listener)
  if (isPatient) patient.add(listener)
  return () => {
    patient.delete(listener)
    if (listeners.delete(listener) && listeners.size === 0 && !resting) binding.stopChildSignal()
  }
}

/** Whether nobody else minds if the one that asks takes a rest. */
export function isSoleListener(): boolean {
  return listeners.size - patient.size === 1
}

/**
 * Hears none for so many milliseconds, then tells each listener once, as if there had been one: in a
 * storm of deaths to be woken by each of them costs more than what there is to do.
 */
export function restChildSignal(milliseconds: number): void {
  if (resting || listeners.size === 0) return
  resting = true
  binding.stopChildSignal()
  setTimeout(() => {
    resting = false
    if (listeners.size === 0) return
    start()
    tell()
  }, milliseconds).unref()
}

/** Makes sure, once, that SIGCHLD is neither ignored nor blocked, as it may have been inherited or set since. */
export function repairChildSignal(): void {
  if (!repaired) binding.repairChildSignal()
  repaired = true
}

function start(): void {
  repairChildSignal()
  const result = binding.startChildSignal(tell)
  if (result < 0) throw systemError(result, 'sigaction')
}

function tell(): void {
  for (const listener of listeners) listener()
}
