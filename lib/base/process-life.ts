// Native handles of sexton never keep the event loop alive. A wait that has a caller calls `hold()`. One timer,
// far in the future, then keeps the loop alive until the last such wait has given its hold back. The timer remains,
// because a new one for each wait would take longer than all else that a wait does.

// Milliseconds: the longest delay of a timer.
const FAR_AWAY = 2 ** 31 - 1

let holders = 0
let timer: NodeJS.Timeout | undefined

/**
 * Keeps the process alive until the hold is given back.
 *
 * @returns Gives back this hold, and no other. A second call does nothing.
 */
export function hold(): () => void {
  holders += 1
  if (holders === 1) timer = timer?.ref() ?? setInterval(() => {}, FAR_AWAY)
  let held = true
  return () => {
    if (!held) return
    held = false
    holders -= 1
    if (holders === 0) timer?.unref()
  }
}

/**
 * Whether the process is exiting, by `process.exit()` or by itself. A second `process.exit()` from an `'exit'`
 * listener would skip the remaining listeners.
 */
export function isExiting(): boolean {
  return (process as unknown as { _exiting?: boolean })._exiting === true
}
