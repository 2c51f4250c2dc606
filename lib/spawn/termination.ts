import { constants } from 'node:os'
import { onAbort } from '../base/abort.js'
import { Deadline } from '../base/time.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import type { Birth } from './birth.js'
import type { CheckedOptions } from './checked-options.js'

/**
 * Why sexton terminated a child: its `timeout` was over, its `signal` was aborted, or its `await using` scope was
 * left.
 */
export type TerminationReason = 'timeout' | 'abort' | 'dispose'

const { SIGKILL } = constants.signals

/** Terminates a child by `killSignal`, and by SIGKILL after `grace`. Only the first reason counts. */
export class Termination {
  reason: TerminationReason | undefined
  readonly #child: OwnedChild
  readonly #birth: Birth
  readonly #options: CheckedOptions
  readonly #onBegun: () => void
  #timeout: Deadline | undefined

  constructor(child: OwnedChild, birth: Birth, options: CheckedOptions, onBegun: () => void) {
    this.#child = child
    this.#birth = birth
    this.#options = options
    this.#onBegun = onBegun
  }

  /** Begins at the timeout, or when `signal` is aborted. */
  listen(signal: AbortSignal | undefined): void {
    if (this.#options.timeout !== Number.POSITIVE_INFINITY) this.#startTimeout()
    if (signal !== undefined) this.#child.onExit(onAbort(signal, () => this.begin('abort')))
  }

  begin(reason: TerminationReason): void {
    // A child that could not be started ends by itself. One that could may have exited in time, and its exit may not
    // have been noticed yet.
    if (this.reason !== undefined || this.#birth.settle() !== undefined) return
    if (this.#child.check()) return
    this.reason = reason
    this.#timeout?.clear()
    this.#onBegun()
    this.#send(this.#options.killSignal)
    const force = new Deadline(this.#options.grace, () => {
      if (!this.#child.check()) this.#send(SIGKILL)
    }).unref()
    this.#child.onExit(() => force.clear())
  }

  // Unreferenced, because a child that nobody awaits does not keep this process alive either.
  #startTimeout(): void {
    const timeout = new Deadline(this.#options.timeout, () => this.begin('timeout')).unref()
    this.#timeout = timeout
    this.#child.onExit(() => timeout.clear())
  }

  // Ignores a refusal: the child may have changed its user. It then runs until it exits by itself. An exception from
  // a timer would end this process instead.
  #send(signal: number): void {
    try {
      this.#child.kill(signal)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_NOT_PERMITTED') throw error
    }
  }
}
