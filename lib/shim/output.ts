import { setTimeout as delay } from 'node:timers/promises'
import { binding } from '../system/binding.js'
import type { OutputSource, Taken } from './output-source.js'
import { Pollable } from './pollable.js'

// Milliseconds between two looks at a terminal that no process has open. It reports that all the time, as long as
// nobody opens it again.
const TERMINAL_REST = 100
// Milliseconds in which the kernel hands over what was written to a terminal that is being drained.
const TERMINAL_FLUSH = 30
// Bytes of a terminal that are read at most when it is drained. A process that the container left may write for ever.
const TERMINAL_REMAINDER = 1 << 20

/**
 * One stream of a container's output, as an iterator of pieces. A piece is valid until the next one is asked for. The
 * stream ends when no process can write to it any more, or when it was drained.
 */
export class Output implements AsyncIterable<Buffer> {
  readonly #source: OutputSource
  readonly #readiness: Pollable
  #finish = () => {}
  /** Bytes still to be read; without a limit before `drain()`. */
  #remaining = Number.POSITIVE_INFINITY
  #stopResting = new AbortController()

  constructor(source: OutputSource) {
    this.#source = source
    this.#readiness = new Pollable(source.fd)
  }

  /** The logs have the piece that the iterator gave last. */
  commit(): void {
    this.#finish()
    this.#finish = () => {}
  }

  /**
   * Lets the iterator end with what the stream has now. Everything that the container wrote is there once it has ended;
   * what another process goes on writing is not waited for.
   */
  drain(): void {
    if (this.#isDraining) return
    const { fd, isTerminal } = this.#source
    this.#remaining = isTerminal ? TERMINAL_REMAINDER : Math.max(binding.bytesInPipe(fd), 0)
    this.#stopResting.abort()
    this.#readiness.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    while (this.#remaining > 0) {
      if (!this.#isDraining) await this.#readiness.readable()
      const piece = await this.#take()
      if (piece === 'end') return
      if (piece === 'hung up') await this.#rest()
      else if (piece !== 'empty') {
        this.#remaining -= piece.length
        try {
          yield piece
        } finally {
          this.commit()
        }
      } else if (this.#isDraining && !(await this.#flushed())) return
    }
  }

  get #isDraining(): boolean {
    return this.#remaining !== Number.POSITIVE_INFINITY
  }

  async #take(): Promise<Taken> {
    const release = await this.#source.turn()
    let taken: Taken = 'empty'
    try {
      taken = this.#source.take()
    } finally {
      if (typeof taken === 'string') release()
    }
    if (typeof taken === 'string') return taken === 'hung up' && this.#isDraining ? 'end' : taken
    this.#finish = () => {
      this.#source.commit()
      release()
    }
    return taken
  }

  async #rest(): Promise<void> {
    await delay(TERMINAL_REST, undefined, { signal: this.#stopResting.signal }).catch(() => {})
  }

  /** Waits for the rest of a terminal's output. Whether there is any. */
  async #flushed(): Promise<boolean> {
    if (!this.#source.isTerminal) return false
    const late = delay(TERMINAL_FLUSH, false)
    const found = await Promise.race([this.#readiness.readable().then(() => true), late])
    this.#readiness.wake()
    return found
  }
}
