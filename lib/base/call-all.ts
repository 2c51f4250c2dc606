/**
 * Calls each listener. An error that one throws becomes an uncaught exception, and keeps the news from no other: what is
 * told here is told once.
 */
export function callAll<T>(listeners: Iterable<(value: T) => void>, value: T): void {
  for (const listener of listeners) {
    try {
      listener(value)
    } catch (error) {
      throwLater(error)
    }
  }
}

/** Makes an error an uncaught exception. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
