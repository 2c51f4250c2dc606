import { monotonicNow } from '../base/time.js'

// The shortest and the longest time that one look may take, in milliseconds: the event loop must get its turn.
const LEAST = 10
const LONGEST = 1000

/** The share of all time that work may take which has no natural end. */
export const SHARE = 0.1

/** The most statuses that one system call takes. */
export const BATCH = 256

/** The most deaths that one call of `discard` takes. */
export const MOST_DISCARDED = 1024

// Nanoseconds that a native call may take: altogether, and for one child. A walk over the kernel's list of
// children stops sooner than a round of questions about known pids, because the kernel holds a lock for it.
export const WALK_LIMITS = Int32Array.of(MOST_DISCARDED, 100_000, 5_000)
export const ASK_LIMITS = Int32Array.of(MOST_DISCARDED, 1_000_000, 5_000)

/** How much one look may do. */
export class Budget {
  readonly #milliseconds: number
  #left: number
  #end = 0

  /**
   * @param most The most deaths it may take.
   * @param busyFor Milliseconds that the event loop was busy with other things before this look. A look may take
   *   a tenth of that: a program whose turns are long would collect ever more zombies with less.
   */
  constructor(most: number, busyFor: number) {
    this.#left = most
    this.#milliseconds = Math.min(Math.max(LEAST, busyFor * SHARE), LONGEST)
    this.renew()
  }

  /** Counts one death. */
  spend(): void {
    this.#left -= 1
  }

  /** Whether it may take no more deaths. */
  get isEmpty(): boolean {
    return this.#left <= 0
  }

  /** Whether this look must end. */
  get isSpent(): boolean {
    return this.isEmpty || this.isOver
  }

  /** Whether it may take any number of deaths: nobody has to ask for each. */
  get isUnlimited(): boolean {
    return this.#left === Number.POSITIVE_INFINITY
  }

  /** Whether the time is over, however many deaths are left. */
  get isOver(): boolean {
    return monotonicNow() > this.#end
  }

  /** Gives the next step of this look a time of its own. */
  renew(): void {
    this.#end = monotonicNow() + this.#milliseconds
  }
}
