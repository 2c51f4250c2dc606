import type { Socket } from 'node:net'
import { binding } from '../system/binding.js'
import { readRest } from './pipe-rest.js'

/** The stream of a pipe to a child. */
export interface PipeStream extends Socket {
  /** Gives the descriptor back as soon as nothing more can come through it. */
  childEnded(): void
}

/** libuv's handle of a socket, of which Node gives no public sight. */
interface Handle {
  readonly fd: number
  hasRef(): boolean
  close(): void
}

type PipeStreamClass = new (fd: number, direction: 'readable' | 'writable') => PipeStream

let pipeStreamClass: PipeStreamClass | undefined

/** Makes a stream of our end of a pipe; the stream closes the descriptor from now on. */
export function openPipeStream(fd: number, direction: 'readable' | 'writable'): PipeStream {
  pipeStreamClass ??= definePipeStream()
  return new pipeStreamClass(fd, direction)
}

// Defined at its first use: node:net takes time to load, and most programs have no use for it.
function definePipeStream(): PipeStreamClass {
  const { Socket } = process.getBuiltinModule('node:net')

  // libuv's pipe streams: non-blocking, with backpressure, and a write to a closed pipe is an 'error'
  // event with EPIPE. Reading starts with the first reader (`manualStart`), not before: an unread
  // stream would otherwise keep the process alive.
  return class PipeStream extends Socket {
    declare _handle: Handle | null
    readonly #reads: boolean
    #inBackground = false
    readonly #leaveForReader = (event: string | symbol) => {
      if (event === 'readable') this.#leaveBackground()
    }

    constructor(fd: number, direction: 'readable' | 'writable') {
      const readable = direction === 'readable'
      // A worker may be terminated at any moment. Until libuv has opened the descriptor, the addon closes it
      // at the worker's end. Between these two calls it is either's, and the addon finds out whose.
      binding.lend(fd)
      super({ fd, readable, writable: !readable, manualStart: true } as object)
      binding.handOver(fd)
      this.#reads = readable
    }

    childEnded(): void {
      if (this._handle === null) return
      // A stream that flows sees the end by itself. Any other may never do so, and would keep the
      // descriptor for ever.
      if (this.#reads) {
        if (this.readableFlowing !== true) this.#keepRest(this._handle)
      } else if (!binding.hasReader(this._handle.fd)) this.destroy()
    }

    // The end of the pipe, not the end of what is buffered: nobody may ever read that.
    override push(chunk: unknown, encoding?: BufferEncoding): boolean {
      const wantsMore = super.push(chunk, encoding)
      if (chunk === null) this.#closeHandle()
      return wantsMore
    }

    // Node itself calls read(0) to fill the buffer. All other calls are a reader's.
    override read(size?: number): unknown {
      if (size !== 0) this.#leaveBackground()
      return super.read(size)
    }

    override resume(): this {
      this.#leaveBackground()
      return super.resume()
    }

    // Where a descendant of the child holds the other end, reading on as far as the buffer has room lets
    // the end of the pipe be seen. Without a reader that must not keep the process alive.
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
