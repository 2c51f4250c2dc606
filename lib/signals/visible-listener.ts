const users = new Map<NodeJS.Signals, number>()

/**
 * Adds a listener to `process` that does nothing. The package signal-exit, which execa uses, ends the process by
 * the same signal if it finds no listener but its own. All users share one listener, because Node warns of a
 * leak at the eleventh.
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
