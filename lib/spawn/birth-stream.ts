import type { Socket } from 'node:net'
import type { SextonError } from '../base/errors.js'
import type { Birth } from './birth.js'

/** The stream of a pipe to a child that may come to be one that could not be started. */
export interface BirthStream extends Socket {
  /** The birth of the child, if there is a child. */
  readonly birth: Birth | undefined
  /** Called when the child could not be started. The stream fails if it is in use, or when it is used. */
  fail(failure: SextonError): void
}

type BirthStreamClass = new (options: object, birth: Birth | undefined) => BirthStream

/** Defines the class: see `definePipeStream()`. */
export function defineBirthStream(): BirthStreamClass {
  const { Socket } = process.getBuiltinModule('node:net')

  // The pipe breaks when a child that cannot be started exits, which is before its exit is noticed here. Its birth is
  // over by then, so the stream knows better than the pipe why it breaks.
  return class BirthStream extends Socket {
    readonly birth: Birth | undefined

    constructor(options: object, birth: Birth | undefined) {
      super(options)
      this.birth = birth
    }

    fail(failure: SextonError): void {
      if (isInUse(this)) this.destroy(failure)
      const refuse = () => this.destroy(failure)
      if (!this.destroyed) Object.assign(this, { _read: refuse, _write: refuse, _writev: refuse })
    }

    override push(chunk: unknown, encoding?: BufferEncoding): boolean {
      const failure = chunk === null ? this.birth?.failure : undefined
      if (failure === undefined) return super.push(chunk, encoding)
      this.destroy(failure)
      return false
    }

    override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
      super._destroy(error === null ? null : (this.birth?.failure ?? error), done)
    }
  }
}

function isInUse(stream: Socket): boolean {
  return stream.readableFlowing !== null || stream.bytesRead > 0 || stream.bytesWritten > 0
}
