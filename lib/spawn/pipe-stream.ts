import type { SextonError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import type { Birth } from './birth.js'
import { type BirthStream, defineBirthStream } from './birth-stream.js'
import { readRest } from './pipe-rest.js'

/** The stream of a pipe to a child. */
export interface PipeStream extends BirthStream {
  /** The direction of the stream: whether this process reads or writes it. */
  readonly direction: 'readable' | 'writable'
  /** The handle of its descriptor; `null` once it is closed. */
  readonly _handle: Handle | null
  /** Called when the child has exited. Closes the descriptor as soon as no more data can come. */
  childEnded(): void
}

/** libuv's handle of a socket, which Node does not expose. */
interface Handle {
  readonly fd: number
  readonly reading?: boolean
  hasRef(): boolean
  close(): void
}

type PipeStreamClass = new (
  fd: number,
  direction: 'readable' | 'writable',
  birth: Birth | undefined,
) => PipeStream

let pipeStreamClass: PipeStreamClass | undefined

/** Makes a stream of this process's end of a pipe. From now on the stream closes the descriptor. */
export function openPipeStream(
  fd: number,
  direction: 'readable' | 'writable',
  birth?: Birth,
): PipeStream {
  pipeStreamClass ??= definePipeStream()
  return new pipeStreamClass(fd, direction, birth)
}

/** Whether a value is the stream of a pipe. */
export function isPipeStream(value: unknown): value is PipeStream {
  return pipeStreamClass !== undefined && value instanceof pipeStreamClass
}

// Defines the class at its first use, because node:net takes time to load and most programs do not need it.
function definePipeStream(): PipeStreamClass {
  // A stream on libuv's pipe: non-blocking, with backpressure, and with an 'error' event (EPIPE) for a write to a
  // closed pipe. Reading starts with the first reader (`manualStart`), because an unread stream that reads would
  // keep the process alive.
  return class PipeStream extends defineBirthStream() {
    declare _handle: Handle | null
    readonly direction: 'readable' | 'writable'
    #inBackground = false
    readonly #leaveForReader = (event: string | symbol) => {
      if (event === 'readable') this.#leaveBackground()
    }

    constructor(fd: number, direction: 'readable' | 'writable', birth: Birth | undefined) {
      const readable = direction === 'readable'
      // A worker may be terminated at any moment. Until libuv has opened the descriptor, the addon closes it
      // at the worker's end. Between these two calls it is either's, and the addon finds out whose.
      binding.lend(fd)
      super({ fd, readable, writable: !readable, manualStart: true }, birth)
      binding.handOver(fd)
      this.direction = direction
    }

    childEnded(): void {
      if (this._handle === null) return
      // A flowing stream notices the end by itself. Any other might never notice it, and keep the descriptor for ever.
      if (this.direction === 'readable') {
        if (this.readableFlowing !== true) this.#keepRest(this._handle)
      } else if (this.writableLength === 0 && !binding.hasReader(this._handle.fd)) {
        // Data on its way fails with EPIPE, which closes the stream too: no listener must miss it.
        this.destroy()
      }
    }

    // An unused stream would keep its descriptor for ever.
    override fail(failure: SextonError): void {
      super.fail(failure)
      this.#closeHandle()
    }

    // Closes the handle at the end of the pipe. The 'end' event may never come, if nobody reads the buffer.
    override push(chunk: unknown, encoding?: BufferEncoding): boolean {
      const wantsMore = super.push(chunk, encoding)
      if (chunk === null) this.#closeHandle()
      return wantsMore
    }

    // Node itself calls read(0) to fill the buffer. Every other call comes from a reader.
    override read(size?: number): unknown {
      if (size !== 0) this.#leaveBackground()
      return super.read(size)
    }

    override resume(): this {
      this.#leaveBackground()
      return super.resume()
    }

    // Fills the buffer and continues to read while it has room, so that the end of the pipe is noticed when a
    // descendant closes it. Without a reader this must not keep the process alive.
    #keepRest(handle: Handle): void {
      if (handle.hasRef() && this.listenerCount('readable') === 0) {
        this.#inBackground = true
        this.on('newListener', this.#leaveForReader)
        this.unref()
      }
      if (readRest(handle.fd, (piece) => this.push(piece))) this.push(null)
      else super.read(0)
    }

    #leaveBackground(): void {
      if (!this.#inBackground) return
      this.#inBackground = false
      this.off('newListener', this.#leaveForReader)
      if (this._handle !== null) this.ref()
    }

    #closeHandle(): void {
      this._handle?.close()
      this._handle = null
    }
  } as unknown as PipeStreamClass
}
