import { readSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { binding } from '../system/binding.js'
import { Pollable } from './pollable.js'

// Bytes read at once: what a pipe holds, so that a line that fits into it comes in one piece.
const SIZE = 65_536
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
  readonly #source: Pollable
  readonly #isTerminal: boolean
  readonly #buffer = Buffer.allocUnsafe(SIZE)
  /** Bytes still to be read; without a limit before `drain()`. */
  #remaining = Number.POSITIVE_INFINITY
  #stopResting = new AbortController()

  constructor(fd: number, { isTerminal = false } = {}) {
    this.#source = new Pollable(fd)
    this.#isTerminal = isTerminal
  }

  /**
   * Lets the iterator end with what the stream has now. Everything that the container wrote is there once it has ended;
   * what another process goes on writing is not waited for.
   */
  drain(): void {
    if (this.#isDraining) return
    const { fd } = this.#source
    this.#remaining = this.#isTerminal ? TERMINAL_REMAINDER : Math.max(binding.bytesInPipe(fd), 0)
    this.#stopResting.abort()
    this.#source.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    while (this.#remaining > 0) {
      if (!this.#isDraining) await this.#source.readable()
      const piece = this.#read()
      if (piece === 'end') return
      if (piece === 'hung up') await this.#rest()
      else if (piece !== 'empty') {
        this.#remaining -= piece.length
        yield piece
      } else if (this.#isDraining && !(await this.#flushed())) return
    }
  }

  get #isDraining(): boolean {
    return this.#remaining !== Number.POSITIVE_INFINITY
  }

  #read(): Buffer | 'empty' | 'end' | 'hung up' {
    try {
      const size = readSync(this.#source.fd, this.#buffer, 0, SIZE, null)
      return size === 0 ? 'end' : this.#buffer.subarray(0, size)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') return 'empty'
      if (code !== 'EIO' || !this.#isTerminal) throw error
      return this.#isDraining ? 'end' : 'hung up'
    }
  }

  async #rest(): Promise<void> {
    await delay(TERMINAL_REST, undefined, { signal: this.#stopResting.signal }).catch(() => {})
  }

  /** Waits for the rest of a terminal's output. Whether there is any. */
  async #flushed(): Promise<boolean> {
    if (!this.#isTerminal) return false
    const late = delay(TERMINAL_FLUSH, false)
    const found = await Promise.race([this.#source.readable().then(() => true), late])
    this.#source.wake()
    return found
  }
}
