import { SextonError, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { type Given, giveAway } from './given-end.js'
import type { PipeStream } from './pipe-stream.js'

/** The stream of another child's pipe for a child. The two children then share a pipe of the kernel. */
export class GivenStream implements Given {
  readonly #stream: PipeStream

  constructor(stream: PipeStream) {
    this.#stream = stream
  }

  open(owner: number | undefined): number {
    const descriptor = this.#stream._handle?.fd ?? -1
    const result = binding.makeBlocking(descriptor)
    if (result < 0) throw systemError(result, 'fcntl', {}, 'ERR_SPAWN_FAILED')
    if (owner !== undefined) giveAway(descriptor, owner)
    return descriptor
  }

  close(): void {
    this.#stream.destroy()
  }
}

/** Why a stream cannot be handed over to a child; `undefined` if it can be. */
export function refusalOf(stream: PipeStream): string | undefined {
  if (stream._handle === null || stream.destroyed) return 'is closed'
  if (stream.direction === 'writable') {
    if (stream.writableEnded) return 'is closed'
    return stream.writableLength > 0 ? 'has not written all of its data yet' : undefined
  }
  // Data that has been read would be lost, and a reader would wait for ever.
  const touched = stream.readableFlowing !== null || stream._handle.reading === true
  return touched || stream.bytesRead > 0 || stream.readableLength > 0 ? 'has a reader' : undefined
}

/** The stream of a child that could not be started. So the next child cannot be started either. */
export class GivenFailure implements Given {
  readonly #failure: SextonError

  constructor(failure: SextonError) {
    this.#failure = failure
  }

  open(): never {
    const { message, errno, syscall, path } = this.#failure
    throw new SextonError('ERR_SPAWN_FAILED', `the child at the other end failed: ${message}`, {
      ...(errno !== undefined && { errno }),
      ...(syscall !== undefined && { syscall }),
      ...(path !== undefined && { path }),
      cause: this.#failure,
    })
  }

  close(): void {}
}
