import { onAbort } from '../base/abort.js'
import { Deadline } from '../base/time.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import type { CheckedOptions } from './checked-options.js'

/** Why sexton itself ended a child: its time was over, its `signal` was aborted, or its scope was left. */
export type TerminationReason = 'timeout' | 'abort' | 'dispose'

const SIGKILL = 9

/** Ends a child gently, then by force. The first reason sticks: what follows it changes nothing. */
export class Termination {
  reason: TerminationReason | undefined
  readonly #child: OwnedChild
  readonly #options: CheckedOptions
  readonly #timeout: Deadline
  #force: Deadline | undefined

  constructor(child: OwnedChild, options: CheckedOptions, signal: AbortSignal | undefined) {
    this.#child = child
    this.#options = options
    // Unreferenced, like the child itself while no one awaits it.
    this.#timeout = new Deadline(options.timeout, () => this.begin('timeout')).unref()
    const stopListening = onAbort(signal, () => this.begin('abort'))
    child.onExit(() => {
      this.#timeout.clear()
      this.#force?.clear()
      stopListening()
    })
  }

  begin(reason: TerminationReason): void {
    // It may have ended in time, and we only have not looked yet.
    if (this.reason !== undefined || this.#child.check()) return
    this.reason = reason
    this.#timeout.clear()
    this.#send(this.#options.killSignal)
    this.#force = new Deadline(this.#options.grace, () => {
      if (!this.#child.check()) this.#send(SIGKILL)
    }).unref()
  }

  // A child that has become another user's is out of reach: it then ends when it likes, and `exited`
  // tells. An exception from a timer would end this process instead.
  #send(signal: number): void {
    try {
      this.#child.kill(signal)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_NOT_PERMITTED') throw error
    }
  }
}
