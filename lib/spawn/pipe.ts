import type { Readable, Writable } from 'node:stream'
import { inspect } from 'node:util'
import { systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { openPipeStream } from './pipe-stream.js'

type Direction = 'readable' | 'writable'

/**
 * One end of a pipe: a descriptor of this process. It is closed when it is handed over to a child, when `close()`
 * is called, or when the scope of its `using` declaration is left.
 *
 * @typeParam Stream The type of its stream.
 */
export class PipeHandle<Stream extends Readable | Writable = Readable | Writable>
  implements Disposable
{
  /** @internal Whether it is the end from which bytes are read, or the one into which they are written. */
  readonly direction: Direction
  #fd: number

  private constructor(fd: number, direction: Direction) {
    this.#fd = fd
    this.direction = direction
  }

  /** @internal */
  static of<Stream extends Readable | Writable>(
    fd: number,
    direction: Direction,
  ): PipeHandle<Stream> {
    return new PipeHandle(fd, direction)
  }

  /** The descriptor's number; -1 once it is closed, handed over or a stream. */
  get fd(): number {
    return this.#fd
  }

  /** Whether the descriptor is closed, handed over to a child, or a stream. */
  get closed(): boolean {
    return this.#fd < 0
  }

  /** Closes the descriptor. A second call does nothing. */
  close(): void {
    if (this.#fd >= 0) binding.closeFd(this.#fd)
    this.#fd = -1
  }

  /** Closes the descriptor, like `close()`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * Makes a stream of this end. From then on the stream closes the descriptor, and this end counts as closed.
   *
   * @returns A `Readable` for the readable end, a `Writable` for the other.
   * @throws {TypeError} if the end is closed.
   */
  stream(): Stream {
    return openPipeStream(this.release(), this.direction) as Readable & Writable as Stream
  }

  /**
   * Describes the end for a message.
   *
   * @returns For example `the readable end of a pipe (descriptor 20)`, or `a closed end of a pipe`.
   */
  toString(): string {
    if (this.closed) return 'a closed end of a pipe'
    return `the ${this.direction} end of a pipe (descriptor ${this.#fd})`
  }

  /**
   * Describes the end for `console.log()` and `util.inspect()`.
   *
   * @returns Its class, and the text of `toString()`.
   */
  [inspect.custom](): string {
    return `PipeHandle <${this}>`
  }

  /** @internal Leaves the descriptor to the caller, who closes it. */
  release(): number {
    if (this.#fd < 0) throw new TypeError(`${this} has no stream: expected an open end`)
    const fd = this.#fd
    this.#fd = -1
    return fd
  }
}

/** A pipe of the kernel (pipe(7)). `pipe()` creates it. */
export class Pipe implements Disposable {
  /** The end from which bytes are read. */
  readonly readable: PipeHandle<Readable>
  /** The end into which bytes are written. */
  readonly writable: PipeHandle<Writable>

  private constructor(readable: PipeHandle<Readable>, writable: PipeHandle<Writable>) {
    this.readable = readable
    this.writable = writable
  }

  /**
   * @internal
   * @param ours The end that this process will use. It is non-blocking.
   */
  static open(ours?: Direction): Pipe {
    const ends = new Int32Array(2)
    const result = binding.makePipe(ends, ours === undefined ? -1 : ours === 'readable' ? 0 : 1)
    if (result < 0) throw systemError(result, 'pipe2')
    const [readable, writable] = ends as unknown as [number, number]
    return new Pipe(PipeHandle.of(readable, 'readable'), PipeHandle.of(writable, 'writable'))
  }

  /** Closes both ends, unless they are handed over or streams. */
  [Symbol.dispose](): void {
    this.readable.close()
    this.writable.close()
  }
}

/**
 * Creates a pipe of the kernel, to connect programs without a byte passing through JavaScript.
 *
 * Give an end to the `stdio` of `spawn()`, and it is handed over: this process's descriptor is closed, so
 * that no forgotten writer keeps a reader waiting. Declare the pipe by `using`, so that an end that is never handed
 * over is closed too.
 *
 * @returns The pipe. Both descriptors are close-on-exec and blocking.
 * @throws {SextonError} `ERR_SYSTEM` if there is no descriptor left (EMFILE, ENFILE).
 * @see pipe(2)
 */
export function pipe(): Pipe {
  return Pipe.open()
}
