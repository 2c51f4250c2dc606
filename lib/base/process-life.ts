// Native handles here never keep the event loop alive. Whoever has a caller waiting says so, and one
// timer, far in the future, then keeps the loop from ending before the wait does.

const FAR_AWAY = 2 ** 31 - 1

let holders = 0
let timer: NodeJS.Timeout | undefined

/** Keeps the process from ending until `release()` has been called as often as `hold()`. */
export function hold(): void {
  holders += 1
  if (holders === 1) timer = setInterval(() => {}, FAR_AWAY)
}

/** Takes one `hold()` back. */
export function release(): void {
  holders -= 1
  if (holders === 0) clearInterval(timer)
}

/**
 * Whether `process.exit()` was called, or the end has come by itself: to call it once more, from an
 * `'exit'` listener, would leave out the listeners after that.
 */
export function isExiting(): boolean {
  return (process as unknown as { _exiting?: boolean })._exiting === true
}
