import type { StreamName } from './stream-name.js'

// Bytes of a line that are kept for its end. A longer line comes in parts.
const LONGEST_LINE = 1 << 20
const FIRST_ROOM = 4096

/** Lines that end in this piece of output, and the part of a line that is too long to be kept. */
export interface Lines {
  /** Each ends with a newline. */
  whole: Buffer
  part: Buffer
}

const NOTHING: Buffer = Buffer.alloc(0)

/** Keeps the beginning of a line until its end comes, for each stream. */
export class LineKeeper {
  readonly #begun = { stdout: new Beginning(), stderr: new Beginning() }

  /** Adds a piece. What is returned is valid until the next call. */
  add(stream: StreamName, piece: Buffer): Lines {
    const begun = this.#begun[stream]
    const end = piece.lastIndexOf(10) + 1
    const whole = end === 0 ? NOTHING : begun.join(piece.subarray(0, end))
    begun.add(piece.subarray(end))
    return { whole, part: begun.size >= LONGEST_LINE ? begun.take() : NOTHING }
  }

  /** Takes what is kept of a stream. */
  rest(stream: StreamName): Buffer {
    return this.#begun[stream].take()
  }
}

/** The beginning of a line. */
class Beginning {
  #bytes = NOTHING
  #size = 0

  get size(): number {
    return this.#size
  }

  add(piece: Buffer): void {
    const size = this.#size + piece.length
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, 2 * this.#bytes.length, FIRST_ROOM))
      this.#bytes.copy(larger, 0, 0, this.#size)
      this.#bytes = larger
    }
    piece.copy(this.#bytes, this.#size)
    this.#size = size
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#size)
    this.#bytes = NOTHING
    this.#size = 0
    return taken
  }

  /** What was begun, and then these bytes. */
  join(bytes: Buffer): Buffer {
    return this.#size === 0 ? bytes : Buffer.concat([this.take(), bytes])
  }
}
