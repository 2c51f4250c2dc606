import { invalid } from './errors.js'

/**
 * Reads the monotonic clock, in milliseconds. Node's `performance` would load a dozen of Node's modules at
 * its first use, which takes a tenth of a small program's start.
 */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** The longest delay of setTimeout(), in milliseconds (24.8 days). A longer one would fire at once. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** Calls a function once after a time of any length. `Infinity` is never over. */
export class Deadline {
  #timer: NodeJS.Timeout | undefined
  readonly #end: number
  readonly #onExpired: () => void

  constructor(milliseconds: number, onExpired: () => void) {
    this.#end = monotonicNow() + milliseconds
    this.#onExpired = onExpired
    this.#arm()
  }

  /** Allows the process to exit before the time is over. */
  unref(): this {
    this.#timer?.unref()
    return this
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  #arm(): void {
    const left = this.#end - monotonicNow()
    if (left === Number.POSITIVE_INFINITY) return
    // A timer may fire a fraction of a millisecond early. Start another one for the remainder.
    if (left <= 0) this.#timer = setTimeout(this.#onExpired, 0)
    else this.#timer = setTimeout(() => this.#tick(), Math.min(Math.ceil(left), LONGEST_TIMER))
  }

  #tick(): void {
    if (monotonicNow() >= this.#end) {
      this.#onExpired()
      return
    }
    const referenced = this.#timer?.hasRef() ?? true
    this.#arm()
    if (!referenced) this.unref()
  }
}

/**
 * Checks a duration in milliseconds. `Infinity` is allowed.
 *
 * @returns The duration.
 * @throws {TypeError} if it is not a number.
 * @throws {RangeError} if it is negative or NaN.
 */
export function checkDuration(name: string, value: unknown): number {
  const expected = '0 or more milliseconds, for example 5000, or Infinity'
  if (typeof value !== 'number') throw new TypeError(invalid(name, value, expected))
  if (!(value >= 0)) throw new RangeError(invalid(name, value, expected))
  return value
}
