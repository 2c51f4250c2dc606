import { Fifo } from '../base/fifo.js'

/**
 * What becomes of output beyond `maxBuffer`. `'error'`: the command is ended and has failed. `'truncate-head'`: the
 * oldest output is dropped. `'truncate-tail'`: the newest output is dropped.
 */
export type Overflow = 'error' | 'truncate-head' | 'truncate-tail'

// Bytes. Smaller chunks are copied together: a program that writes byte by byte would otherwise cost a hundred bytes
// of memory for each.
const SMALL = 4096
const LARGEST_BLOCK = 65_536

/** Collects output up to a limit. */
export class OutputBuffer {
  readonly #limit: number
  readonly #overflow: Overflow
  readonly #chunks = new Fifo<Buffer>()
  #block = Buffer.alloc(0)
  #used = 0
  #size = 0
  #truncated = false

  /** @param limit Bytes, or `Infinity`. */
  constructor(limit: number, overflow: Overflow) {
    this.#limit = limit
    this.#overflow = overflow
  }

  /** Whether output was dropped. */
  get truncated(): boolean {
    return this.#truncated
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  /** @returns False if the limit is exceeded and the command must be ended. */
  push(chunk: Buffer): boolean {
    if (this.#overflow === 'truncate-head') {
      this.#keep(chunk)
      this.#dropHead()
      return true
    }
    const room = this.#limit - this.#size
    if (chunk.length > room) this.#truncated = true
    if (room > 0) this.#keep(chunk.length > room ? chunk.subarray(0, room) : chunk)
    return this.#overflow !== 'error' || !this.#truncated
  }

  /** Returns all collected bytes, which stay. */
  contents(): Buffer {
    const all = this.take()
    this.#chunks.push(all)
    this.#size = all.length
    return all
  }

  /** Removes and returns all collected bytes. `truncated` keeps its value. */
  take(): Buffer {
    this.#closeBlock()
    const chunks: Buffer[] = []
    for (let chunk = this.#chunks.take(); chunk !== undefined; chunk = this.#chunks.take()) {
      chunks.push(chunk)
    }
    const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, this.#size)
    this.#size = 0
    return all.length > this.#limit ? all.subarray(all.length - this.#limit) : all
  }

  #keep(chunk: Buffer): void {
    this.#size += chunk.length
    if (chunk.length >= SMALL) {
      this.#closeBlock()
      this.#chunks.push(chunk)
      return
    }
    if (this.#used + chunk.length > this.#block.length) {
      this.#closeBlock()
      // A command that writes little gets a small block.
      const size = Math.min(Math.max(this.#size, chunk.length), LARGEST_BLOCK)
      this.#block = Buffer.allocUnsafeSlow(size)
    }
    this.#used += chunk.copy(this.#block, this.#used)
  }

  #closeBlock(): void {
    if (this.#used > 0) this.#chunks.push(this.#block.subarray(0, this.#used))
    this.#block = Buffer.alloc(0)
    this.#used = 0
  }

  #dropHead(): void {
    if (this.#size <= this.#limit) return
    this.#truncated = true
    for (
      let oldest = this.#chunks.peek();
      oldest !== undefined && this.#size - oldest.length >= this.#limit;
      oldest = this.#chunks.peek()
    ) {
      this.#size -= oldest.length
      this.#chunks.take()
    }
  }
}
