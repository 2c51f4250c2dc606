import { Fifo } from '../base/fifo.js'

/**
 * The treatment of output beyond `maxBuffer`. `'error'`: the command is ended and has failed. `'truncate-head'`: the
 * oldest output is dropped. `'truncate-tail'`: the newest output is dropped.
 */
export type Overflow = 'error' | 'truncate-head' | 'truncate-tail'

// Bytes. Smaller chunks are copied together: a program that writes byte by byte would otherwise cost a hundred bytes
// of memory for each.
const SMALL = 4096
const LARGEST_BLOCK = 65_536

const EMPTY = Buffer.alloc(0)

/** Collects output up to a limit. */
export class OutputBuffer {
  readonly limit: number
  readonly #overflow: Overflow
  readonly #chunks = new Fifo<Buffer>()
  #block = EMPTY
  /** The part of the block that is in use and not yet among the chunks. */
  #start = 0
  #used = 0
  #size = 0
  #truncated = false
  /** Whether output was dropped since the last `take()`. */
  #isCut = false

  /** @param limit Bytes, or `Infinity`. */
  constructor(limit: number, overflow: Overflow) {
    this.limit = limit
    this.#overflow = overflow
  }

  /** Whether output was dropped. */
  get truncated(): boolean {
    return this.#truncated
  }

  /** The side at which the present contents were cut; `undefined` if they are whole. */
  get cut(): 'head' | 'tail' | undefined {
    if (!this.#isCut) return undefined
    return this.#overflow === 'truncate-head' ? 'head' : 'tail'
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
    const room = this.limit - this.#size
    if (chunk.length > room) this.#isCut = true
    this.#truncated ||= this.#isCut
    if (room > 0) this.#keep(chunk.length > room ? chunk.subarray(0, room) : chunk)
    return this.#overflow !== 'error' || !this.#isCut
  }

  /** Returns all collected bytes, which stay. */
  contents(): Buffer {
    if (this.isEmpty) return EMPTY
    const isCut = this.#isCut
    const all = this.take()
    this.#chunks.push(all)
    this.#size = all.length
    this.#isCut = isCut
    return all
  }

  /** Removes and returns all collected bytes. `truncated` keeps its value. */
  take(): Buffer {
    if (this.isEmpty) {
      this.#isCut = false
      return EMPTY
    }
    this.#closePart()
    const chunks: Buffer[] = []
    for (let chunk = this.#chunks.take(); chunk !== undefined; chunk = this.#chunks.take()) {
      chunks.push(chunk)
    }
    const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, this.#size)
    this.#size = 0
    this.#isCut = false
    return all.length > this.limit ? all.subarray(all.length - this.limit) : all
  }

  #keep(chunk: Buffer): void {
    this.#size += chunk.length
    if (chunk.length >= SMALL) {
      this.#closePart()
      this.#chunks.push(chunk)
      return
    }
    if (this.#used + chunk.length > this.#block.length) {
      this.#closePart()
      // A command that writes little gets a small block.
      const size = Math.min(Math.max(this.#size, chunk.length), LARGEST_BLOCK)
      this.#block = Buffer.allocUnsafeSlow(size)
      this.#start = 0
      this.#used = 0
    }
    this.#used += chunk.copy(this.#block, this.#used)
  }

  // The rest of the block serves the chunks that follow.
  #closePart(): void {
    if (this.#used > this.#start) this.#chunks.push(this.#block.subarray(this.#start, this.#used))
    this.#start = this.#used
  }

  #dropHead(): void {
    if (this.#size <= this.limit) return
    this.#isCut = true
    this.#truncated = true
    for (
      let oldest = this.#chunks.peek();
      oldest !== undefined && this.#size - oldest.length >= this.limit;
      oldest = this.#chunks.peek()
    ) {
      this.#size -= oldest.length
      this.#chunks.take()
    }
  }
}
