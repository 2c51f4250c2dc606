import type { ReceivedSignal } from './origin.js'

// One request to end may arrive as several signals. A Ctrl-C goes to the whole foreground group, and npm, a shell
// script's trap or an init forwards it once more. A parent that received it may answer with SIGTERM. `timeout`
// and `tini -g` signal both the child and its group.

/** Milliseconds within which a signal from another sender repeats the same request. */
export const ECHO = 500
// Milliseconds within which any signal repeats the same request: no person asks twice that fast.
const SAME_MOMENT = 50

const KERNEL = 'kernel'

/** One request to end, with the senders of the signals that carried it. */
export class EndRequest {
  readonly #began: number
  readonly #senders = new Set<number | typeof KERNEL>()

  /** @param at The time of the first signal, in milliseconds of `monotonicNow()`. */
  constructor(signal: ReceivedSignal, at: number) {
    this.#began = at
    this.#senders.add(senderOf(signal))
  }

  /**
   * Whether a later signal repeats this request. That is a signal within ECHO ms from another sender, or from
   * any process if the request came from the terminal, where such chains begin. A second signal from the same
   * sender is a new request.
   */
  isEcho(signal: ReceivedSignal, at: number): boolean {
    if (at - this.#began < SAME_MOMENT) return true
    if (at - this.#began >= ECHO) return false
    const sender = senderOf(signal)
    const known = this.#senders.has(sender)
    this.#senders.add(sender)
    return !known || (sender !== KERNEL && this.#senders.has(KERNEL))
  }
}

function senderOf({ origin }: ReceivedSignal): number | typeof KERNEL {
  return origin.code === 'SI_KERNEL' ? KERNEL : origin.pid
}
