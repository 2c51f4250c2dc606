/**
 * Whether `process.exit()` was called, or the end has come by itself: to call it once more, from an
 * `'exit'` listener, would leave out the listeners after that.
 */
export function isExiting(): boolean {
  return (process as unknown as { _exiting?: boolean })._exiting === true
}
