import type { Readable, Writable } from 'node:stream'
import type { SextonError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import type { Birth } from './birth.js'
import { brokenStream } from './broken-stream.js'
import { readRest } from './pipe-rest.js'
import { openPipeStream, type PipeStream } from './pipe-stream.js'

/** This process's end of a pipe to a child. It becomes a stream when first read; most pipes are never read. */
export class PipeEnd {
  readonly #direction: 'readable' | 'writable'
  #fd: number
  #open: PipeStream | undefined
  #remains: Readable | Writable | undefined
  /** The data that was still in the pipe when the child exited. */
  #rest: Buffer[] = []
  #closed = false
  #birth: Birth | undefined
  #childIsEnding = false
  /** Lets what descendants write to a pipe that nobody has asked for flow away. */
  #drain: PipeStream | undefined

  constructor(fd: number, direction: 'readable' | 'writable') {
    this.#fd = fd
    this.#direction = direction
  }

  /** The birth of the child at the other end: its failure is what the stream says. */
  belongsTo(birth: Birth): void {
    this.#birth = birth
  }

  get stream(): Readable | Writable {
    if (this.#fd >= 0) this.#open = this.#openStream()
    return this.#open ?? this.#remaining()
  }

  /** Closes the descriptor, and the stream if there is one. */
  close(): void {
    this.#closed = true
    this.#closeFd()
    this.#rest = []
    this.#open?.destroy()
    this.#remains?.destroy()
    this.#drain?.destroy()
  }

  /**
   * The child could not be started.
   *
   * @returns The stream, which fails when it is used.
   */
  fail(failure: SextonError): Readable | Writable | null {
    this.#closeFd()
    this.#open?.fail(failure)
    return this.#open ?? brokenStream(this.#direction, failure)
  }

  /**
   * The child is being ended: that a write then fails is nobody's fault, and must not be an uncaught exception.
   */
  childIsEnding(): void {
    this.#childIsEnding = true
    if (this.#direction === 'writable') this.#open?.on('error', doNothing)
  }

  /** Closes it if it is one that this process writes. */
  closeInput(): void {
    if (this.#direction === 'writable') this.close()
  }

  /**
   * The child has ended, and what it wrote is in the pipe: keeps that, and gives the descriptor back as
   * soon as nothing more can come. `stdin` is closed in any case, as `child_process` does: a writer would
   * otherwise wait for a reader that is gone.
   */
  childEnded(index: number): void {
    if (this.#direction === 'writable' && (index === 0 || this.#open === undefined)) this.close()
    else if (this.#open !== undefined) this.#open.childEnded()
    else this.#keepRest()
  }

  #openStream(): PipeStream {
    const stream = openPipeStream(this.#fd, this.#direction, this.#birth)
    this.#fd = -1
    if (this.#childIsEnding && this.#direction === 'writable') stream.on('error', doNothing)
    return stream
  }

  #closeFd(): void {
    if (this.#fd >= 0) binding.closeFd(this.#fd)
    this.#fd = -1
  }

  #keepRest(): void {
    if (readRest(this.#fd, (piece) => this.#rest.push(piece))) {
      this.#closeFd()
      return
    }
    // A descendant holds the other end and may write more. Nobody reads the stream, so discard the data: a full pipe
    // would block the descendant. It must not keep this process alive either.
    this.#drain = this.#openStream()
    this.#drain.on('error', doNothing)
    this.#drain.resume()
    this.#drain.unref()
  }

  #remaining(): Readable | Writable {
    this.#remains ??= this.#makeRemaining()
    return this.#remains
  }

  #makeRemaining(): Readable | Writable {
    const { Readable, Writable } = process.getBuiltinModule('node:stream')
    if (this.#direction === 'writable') return new Writable().destroy()
    const rest = this.#rest
    this.#rest = []
    const stream = Readable.from(rest, { objectMode: false })
    return this.#closed ? stream.destroy() : stream
  }
}

function doNothing(): void {}
