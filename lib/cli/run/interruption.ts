import { monotonicNow } from '../../base/time.js'
import type { SignalName } from '../../system/signal-names.js'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

// Milliseconds in which a further SIGINT is the same Ctrl-C: the terminal sends it to a whole process group, and npm in
// that group passes its own on.
const SAME = 300

/** Ends a job when this process gets a signal that asks for it. A second Ctrl-C kills it at once. */
export class Interruption {
  readonly #end: (signal: SignalName) => void
  #signal: SignalName | undefined
  #at = 0

  /** @param end Ends the job by a signal. */
  constructor(end: (signal: SignalName) => void) {
    this.#end = end
    for (const signal of SIGNALS) process.on(signal, this.#receive)
  }

  /** The first signal. */
  get signal(): SignalName | undefined {
    return this.#signal
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#receive)
  }

  readonly #receive = (signal: SignalName): void => {
    const now = monotonicNow()
    if (this.#signal === undefined) {
      this.#signal = signal
      this.#at = now
      this.#end(signal)
    } else if (signal === 'SIGINT' && now - this.#at >= SAME) {
      this.#end('SIGKILL')
    }
  }
}
