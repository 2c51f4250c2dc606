const users = new Map<NodeJS.Signals, number>()

/**
 * Gives `process` a listener for this signal, which does nothing: signal-exit (execa has it) ends the
 * process, by the same signal, where it finds no listener but its own. All users share one, because Node
 * warns of a leak at the eleventh.
 *
 * @returns Takes this call back, and no other: a second call does nothing.
 */
export function beSeen(name: NodeJS.Signals): () => void {
  const count = users.get(name) ?? 0
  users.set(name, count + 1)
  if (count === 0) process.on(name, doNothing)
  let seen = true
  return () => {
    if (seen) leave(name)
    seen = false
  }
}

function leave(name: NodeJS.Signals): void {
  const count = users.get(name) ?? 0
  users.set(name, count - 1)
  if (count === 1) process.off(name, doNothing)
}

function doNothing(): void {}
