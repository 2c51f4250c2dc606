import { quote } from './errors.js'

/**
 * Milliseconds of the monotonic clock. `performance` would do, but loads a dozen of Node's modules when
 * it is first used, which is a tenth of the start of a small program.
 */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** setTimeout() fires at once for anything longer than this (24.8 days). */
export const LONGEST_TIMER = 2 ** 31 - 1

/** A time limit of any length, `Infinity` included. */
export class Deadline {
  #timer: NodeJS.Timeout | undefined
  readonly #end: number
  readonly #onExpired: () => void

  constructor(milliseconds: number, onExpired: () => void) {
    this.#end = monotonicNow() + milliseconds
    this.#onExpired = onExpired
    this.#arm()
  }

  /** Lets the process end although the time is not over. */
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
    // Timers may fire a fraction of a millisecond early: a remainder gets a timer of its own.
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

/** Checks a duration in milliseconds: not negative, not NaN; `Infinity` is a duration. */
export function checkDuration(name: string, value: unknown): number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name} must be a number of milliseconds, not ${quote(value)}`)
  }
  if (!(value >= 0)) {
    throw new RangeError(`${name} must be 0 milliseconds or more, or Infinity, not ${value}`)
  }
  return value
}
