import type { ReceivedSignal } from './origin.js'

// What one person, or one supervisor, wants once may come as several signals. A Ctrl-C goes to the whole
// foreground group, and npm, a shell script's trap or an init hands it on, each once more; a parent that
// got it may answer with SIGTERM; `timeout` and `tini -g` signal the child and its group.

/** Milliseconds in which one request may come again. */
export const ECHO = 500
// Nobody asks twice in so short a time.
const SAME_MOMENT = 50

const KERNEL = 'kernel'

/** One request to end, and the signals by which it was heard. */
export class EndRequest {
  readonly #began: number
  readonly #senders = new Set<number | typeof KERNEL>()

  /** The first signal of a request, and when it came. */
  constructor(signal: ReceivedSignal, at: number) {
    this.#began = at
    this.#senders.add(senderOf(signal))
  }

  /**
   * Whether a later signal says the same once more: within half a second from someone else, or from a
   * process after a terminal, which is where such chains begin. The same sender again is a new request.
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
