// Native handles here never keep the event loop alive. Whoever has a caller waiting says so, and one
// timer, far in the future, then keeps the loop from ending before the wait does.

const FAR_AWAY = 2 ** 31 - 1

let holders = 0
let timer: NodeJS.Timeout | undefined

/**
 * Keeps the process from ending until the hold is given back.
 *
 * @returns Gives this hold back, and no other: a second call does nothing.
 */
export function hold(): () => void {
  holders += 1
  if (holders === 1) timer = setInterval(() => {}, FAR_AWAY)
  let held = true
  return () => {
    if (!held) return
    held = false
    holders -= 1
    if (holders === 0) clearInterval(timer)
  }
}
