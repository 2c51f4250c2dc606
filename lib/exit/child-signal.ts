import { systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'

// SIGCHLD says only that something may have happened to some children: any number of deaths may share one, and it
// may be about no death at all. So each listener looks for itself until nothing is left.

const listeners = new Set<() => void>()
/** The listeners that do not mind if the signal is muted. */
const patient = new Set<() => void>()
let repaired = false
let muted = false

/**
 * Calls `listener` after each SIGCHLD, from a turn of its own. Works in worker threads.
 *
 * @param isPatient Whether the listener does not mind if another one mutes the signal.
 * @returns Stops the calls.
 */
export function onChildSignal(listener: () => void, isPatient = false): () => void {
  if (listeners.size === 0 && !muted) start()
  listeners.add(listener)
  if (isPatient) patient.add(listener)
  return () => {
    patient.delete(listener)
    if (listeners.delete(listener) && listeners.size === 0 && !muted) binding.stopChildSignal()
  }
}

/** Whether no other listener minds if the caller mutes the signal. */
export function isSoleListener(): boolean {
  return listeners.size - patient.size === 1
}

/** Lets nobody hear SIGCHLD until `unmuteChildSignal()`: in a storm of deaths the wake-ups cost more than the work. */
export function muteChildSignal(): void {
  if (muted || listeners.size === 0) return
  muted = true
  binding.stopChildSignal()
}

/** Lets SIGCHLD be heard again, and calls each listener once, as if there had been one. */
export function unmuteChildSignal(): void {
  if (!muted) return
  muted = false
  if (listeners.size === 0) return
  start()
  tell()
}

/** Makes sure, once, that SIGCHLD is neither ignored nor blocked: it may have been inherited so, or set since. */
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
