/**
 * Milliseconds of the monotonic clock. `performance` would do, but loads a dozen of Node's modules when
 * it is first used, which is a tenth of the start of a small program.
 */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
