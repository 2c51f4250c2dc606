import { writeSync } from 'node:fs'
import { Pollable } from './pollable.js'

/** A container's standard input, or its terminal. Writes wait until the container has read enough. */
export class Input {
  readonly #sink: Pollable
  readonly #close: (() => void) | undefined
  /** The last write, so that two clients' bytes are not mixed within a message. */
  #last: Promise<void> = Promise.resolve()
  #isClosed = false

  /** @param close Closes the descriptor. Without it, the end of the input is not passed on, as for a terminal. */
  constructor(fd: number, close?: () => void) {
    this.#sink = new Pollable(fd)
    this.#close = close
  }

  /** Writes everything, unless the container's end is closed: then the rest is dropped. */
  write(bytes: Uint8Array): Promise<void> {
    this.#last = this.#last.then(() => this.#writeAll(bytes))
    return this.#last
  }

  /** Passes on the end of the input, after what was written before. */
  end(): Promise<void> {
    this.#last = this.#last.then(() => this.#closeNow())
    return this.#last
  }

  /** Drops what waits to be written: the container has ended. */
  abandon(): void {
    this.#isClosed = true
    this.#sink.wake()
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let left = bytes
    while (left.length > 0 && !this.#isClosed) {
      try {
        left = left.subarray(writeSync(this.#sink.fd, left))
      } catch (error) {
        // EPIPE: the container reads no more. EIO: nobody has the terminal open.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
        await this.#sink.writable()
      }
    }
  }

  #closeNow(): void {
    if (this.#isClosed || this.#close === undefined) return
    this.#isClosed = true
    this.#sink.wake()
    this.#close()
  }
}
