import { readSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { binding } from '../binding.js'

// What a pipe holds by default on Linux (pipe(7)); more is read piece by piece.
const PIECE = 65_536
// A pipe may be made larger, up to 1 MiB for an ordinary user. What comes after so much was written
// since, by a descendant that may never stop.
const MOST_PIECES = 16

/**
 * Our end of a pipe to a child. It becomes a stream only when someone asks for it: most children's are
 * never asked for, and a stream that nobody reads would hold its descriptor for ever.
 */
export class PipeEnd {
  readonly #direction: 'readable' | 'writable'
  #fd: number
  #stream: Readable | Writable | undefined
  /** What was still in the pipe when the child had ended. */
  #rest: Buffer[] = []
  #closed = false
  /** Lets flow away what descendants write to a pipe that nobody has asked for. */
  #drain: Socket | undefined

  constructor(fd: number, direction: 'readable' | 'writable') {
    this.#fd = fd
    this.#direction = direction
  }

  get stream(): Readable | Writable {
    this.#stream ??= this.#fd < 0 ? this.#remains() : this.#open()
    return this.#stream
  }

  /** Closes it, and the stream if there is one. */
  close(): void {
    this.#closed = true
    if (this.#fd >= 0) binding.closeFd(this.#fd)
    this.#fd = -1
    this.#rest = []
    this.#stream?.destroy()
    this.#drain?.destroy()
  }

  /**
   * The child has ended, and what it wrote is in the pipe. A stream that was asked for is its user's;
   * of any other the rest is kept, and the descriptor given back. `stdin` is closed in any case, as
   * `child_process` does: whoever writes on would otherwise wait for a reader that is gone.
   */
  childEnded(index: number): void {
    if (this.#direction === 'writable') {
      if (index === 0 || this.#stream === undefined) this.close()
    } else if (this.#stream === undefined) {
      this.#keepRest()
    }
  }

  // libuv's pipe streams: non-blocking, with backpressure, and a write to a closed pipe is an 'error'
  // event with EPIPE. Reading starts with the first reader (`manualStart`), not before: an unread
  // stream would otherwise keep the process alive.
  #open(): Socket {
    const { Socket } = process.getBuiltinModule('node:net')
    const fd = this.#fd
    this.#fd = -1
    binding.handOver(fd)
    const readable = this.#direction === 'readable'
    return new Socket({ fd, readable, writable: !readable, manualStart: true } as object)
  }

  #keepRest(): void {
    for (let pieces = 0; pieces < MOST_PIECES; pieces += 1) {
      const piece = Buffer.allocUnsafe(PIECE)
      const length = this.#read(piece)
      if (length === undefined) break
      if (length > 0) this.#rest.push(piece.subarray(0, length))
      else {
        binding.closeFd(this.#fd)
        this.#fd = -1
        return
      }
    }
    // A descendant holds the other end and may write on. Nobody has asked for the stream, so it must
    // not fill up and stop that descendant, nor keep this process alive: let it flow away.
    this.#drain = this.#open()
    this.#drain.on('error', () => {})
    this.#drain.resume()
    this.#drain.unref()
  }

  // `undefined`: nothing there, but not the end either.
  #read(piece: Buffer): number | undefined {
    try {
      return readSync(this.#fd, piece)
    } catch {
      return undefined
    }
  }

  #remains(): Readable | Writable {
    const { Readable, Writable } = process.getBuiltinModule('node:stream')
    if (this.#direction === 'writable') return new Writable().destroy()
    const rest = this.#rest
    this.#rest = []
    const stream = Readable.from(rest, { objectMode: false })
    return this.#closed ? stream.destroy() : stream
  }
}
