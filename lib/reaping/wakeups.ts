import { LONGEST_TIMER, monotonicNow } from '../base/time.js'
import { muteChildSignal, onChildSignal, unmuteChildSignal } from '../exit/child-signal.js'
import { onWorkerExit } from './workers.js'

/** When a strategy wants to look again. */
export interface Next {
  /** At once, after so many milliseconds, or when something happens. A signal always comes first. */
  readonly again: 'now' | 'on-signal' | number
  /** Milliseconds without a SIGCHLD, then one look: in a storm the wake-ups cost more than the work. 0 for none. */
  readonly quietFor: number
}

/** The sooner one of two. */
export function sooner(a: Next, b: Next): Next {
  return { again: inOrder(a) <= inOrder(b) ? a.again : b.again, quietFor: a.quietFor || b.quietFor }
}

function inOrder({ again }: Next): number {
  if (again === 'now') return -1
  return again === 'on-signal' ? Number.POSITIVE_INFINITY : again
}

// Milliseconds after a worker's 'exit'. That event comes when its thread has been joined. The kernel hands the
// thread's children on a moment later, and tells nobody.
const AFTER_WORKER = [0, 1, 10, 100, 1000]

/**
 * Decides when the loop looks for dead children: after a SIGCHLD, after the end of a worker, and when a strategy
 * has asked for it. All timers of reaping are here, and none keeps the process alive.
 */
export class Wakeups {
  readonly #look: (busyFor: number) => Next
  #stopListening: (() => void) | undefined
  #isPlanned = false
  #plannedAt = 0
  #timer: NodeJS.Timeout | undefined
  #quiet: NodeJS.Timeout | undefined
  #afterQuiet = false

  /**
   * @param look Looks, and tells when to look again. `busyFor`: milliseconds that the event loop has spent on
   *   other things since the look was planned.
   * @param onWorkerEnd Comes before each look that the end of a worker brings about.
   */
  constructor(look: (busyFor: number) => Next, onWorkerEnd: () => void) {
    this.#look = look
    onWorkerExit(() => {
      for (const delay of AFTER_WORKER) {
        setTimeout(() => {
          onWorkerEnd()
          if (this.#stopListening !== undefined) this.soon()
        }, delay).unref()
      }
    })
  }

  /** Looks after each SIGCHLD from now on. */
  listen(): void {
    this.#stopListening ??= onChildSignal(() => this.soon())
  }

  /** Hears no SIGCHLD any more. A look that was planned still comes. */
  stop(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
    if (this.#quiet !== undefined) this.#endQuiet()
  }

  /**
   * Looks in a turn of its own. By then libuv has reaped its children for the same SIGCHLD, so that a look usually
   * finds none of those; and a storm of zombies cannot starve the event loop.
   */
  soon(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    this.#plannedAt = monotonicNow()
    setImmediate(() => this.#run())
  }

  #run(): void {
    this.#isPlanned = false
    clearTimeout(this.#timer)
    const afterQuiet = this.#afterQuiet
    this.#afterQuiet = false
    const next = this.#look(monotonicNow() - this.#plannedAt)
    const { again, quietFor } = next
    if (again === 'now') {
      this.soon()
      return
    }
    // The look that ends a quiet period must not begin another one, or it would never end; unless the strategy
    // would look again by then anyway.
    if (quietFor > 0 && (!afterQuiet || inOrder(next) <= quietFor)) this.#beQuiet(quietFor)
    if (again === 'on-signal') return
    // A timer may fire a fraction of a millisecond early.
    this.#timer = setTimeout(() => this.soon(), Math.min(again + 1, LONGEST_TIMER)).unref()
  }

  #beQuiet(milliseconds: number): void {
    if (this.#quiet !== undefined || this.#stopListening === undefined) return
    muteChildSignal()
    this.#quiet = setTimeout(() => {
      this.#afterQuiet = true
      this.#endQuiet()
    }, milliseconds).unref()
  }

  #endQuiet(): void {
    clearTimeout(this.#quiet)
    this.#quiet = undefined
    unmuteChildSignal()
  }
}
