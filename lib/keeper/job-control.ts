import { onChildSignal } from '../exit/child-signal.js'

// SIGCHLD alone tells that a keeper was stopped. Most signals are about something else, so the first one starts a quiet
// period in which none is heard. One look at all keepers follows, and then the signal is heard again.

// Milliseconds of the quiet period.
const QUIET = 100

const looks = new Set<() => void>()
let stopListening: (() => void) | undefined
let timer: NodeJS.Timeout | undefined

/**
 * Calls `look` when a child may have been stopped.
 *
 * @returns Stops the calls.
 */
export function watchJobControl(look: () => void): () => void {
  looks.add(look)
  if (timer === undefined) listen()
  return () => {
    looks.delete(look)
    if (looks.size === 0) silence()
  }
}

function listen(): void {
  stopListening ??= onChildSignal(() => {
    silence()
    timer = setTimeout(lookAtAll, QUIET)
    timer.unref()
  }, true)
}

function silence(): void {
  stopListening?.()
  stopListening = undefined
}

// Listens first: the look then sees what no signal tells of any more.
function lookAtAll(): void {
  timer = undefined
  if (looks.size === 0) return
  listen()
  for (const look of looks) look()
}
