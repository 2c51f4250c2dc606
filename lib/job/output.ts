import { monotonicNow } from '../base/time.js'
import type { PipeHandle } from '../spawn/pipe.js'
import { readRest } from '../spawn/pipe-rest.js'
import { openPipeStream, type PipeStream } from '../spawn/pipe-stream.js'
import { binding } from '../system/binding.js'

/** Takes what an output delivers. */
export interface Sink {
  /** @returns Whether it wants more at once. Otherwise the output pauses until `resume()`. */
  push(chunk: Buffer): boolean
  end(): void
}

/** Milliseconds without output after which a pipe that a descendant holds is given up. */
const IDLE = 100

/** Milliseconds after the exit for which a descendant that goes on writing is heard. */
const LONGEST_DRAIN = 1000

/**
 * Reads one output of a command, and finds its end.
 *
 * Most commands write little and exit soon. Their output is read from the pipe in one go when they have exited, and no
 * stream is made. A command that runs on, or writes more than a pipe holds, gets a stream by `open()`.
 *
 * The end of the pipe may never come: a descendant of the command can hold it. After the exit, the output ends when the
 * pipe has been idle for a moment. What the command itself wrote is in the pipe by then, and is never given up.
 */
export class Output {
  readonly #fd: number
  readonly #onRead: () => void
  #sink: Sink
  #stream: PipeStream | undefined
  #paused = false
  #ended = false
  #keepsAlive = true
  #lastRead = 0
  /** Bytes that were in the pipe or the stream at the exit, and are not delivered yet. */
  #owed = 0
  #commandHasExited = false
  #onEnd: ((heldOpen: boolean) => void) | undefined

  /**
   * @param end The end to read. It must be non-blocking.
   * @param onRead Called for each piece that is read, and when a pause of the reader ends.
   */
  constructor(end: PipeHandle, sink: Sink, onRead = () => {}) {
    this.#onRead = onRead
    this.#fd = end.release()
    this.#sink = sink
  }

  /** Reads from now on as the output comes. */
  open(): void {
    if (this.#stream !== undefined || this.#ended) return
    this.#stream = openPipeStream(this.#fd, 'readable')
    this.#stream.on('data', (chunk: Buffer) => this.#push(chunk))
    this.#stream.on('end', () => this.#end(false))
    this.#stream.on('error', () => this.#end(false))
    this.keepAlive(this.#keepsAlive)
  }

  /** Sets whether this process stays alive for the output. */
  keepAlive(isWanted: boolean): void {
    this.#keepsAlive = isWanted
    if (isWanted) this.#stream?.ref()
    else this.#stream?.unref()
  }

  /** Sends what comes from now on to another sink. */
  redirect(sink: Sink): void {
    this.#sink = sink
    if (this.#ended) sink.end()
    else this.open()
  }

  /** Lets what still comes flow away: nobody reads it any more. */
  discard(): void {
    this.#sink = DISCARD
    this.resume()
  }

  /** Whether the command has to wait, because the reader is busy. */
  get isPaused(): boolean {
    return this.#paused && !this.#ended
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#onRead()
    this.#stream?.resume()
  }

  /**
   * The command has exited.
   *
   * @returns False if the output has ended. Otherwise a promise that resolves when nothing more is to be expected, with
   *   whether a descendant holds the pipe. What it still writes is then discarded, and does not keep this process alive.
   */
  commandExited(): Promise<boolean> | false {
    if (!this.#ended) this.#drain()
    if (this.#ended) return false
    return new Promise((resolve) => {
      this.#onEnd = resolve
    })
  }

  /** Gives up an output whose command was not started. */
  close(): void {
    this.#ended = true
    if (this.#stream === undefined) binding.closeFd(this.#fd)
    else this.#stream.destroy()
  }

  /** The command has exited, and all of its output has been delivered: what still comes is written by a descendant. */
  get isHeld(): boolean {
    return this.#commandHasExited && this.#owed <= 0
  }

  /** Ends an output that a descendant holds. What it still writes flows away. */
  giveUp(): void {
    const stream = this.#stream
    this.#end(true)
    stream?.resume().unref()
  }

  #push(chunk: Buffer): void {
    const own = this.#owed
    if (own > 0 && own < chunk.length) {
      this.#push(chunk.subarray(0, own))
      this.#push(chunk.subarray(own))
      return
    }
    this.#lastRead = monotonicNow()
    this.#onRead()
    const wantsMore = this.#sink.push(chunk)
    // Only now: `isHeld` must not blame a descendant for the last piece that the command wrote.
    this.#owed -= chunk.length
    if (wantsMore || this.#ended) return
    this.#paused = true
    this.#stream?.pause()
  }

  #drain(): void {
    if (this.#stream === undefined) {
      if (readRest(this.#fd, (piece) => this.#push(piece))) {
        this.#end(false)
        return
      }
      this.open()
    }
    this.#commandHasExited = true
    const unread = this.#stream?.readableLength ?? 0
    this.#owed = unread + Math.max(0, binding.bytesInPipe(this.#fd))
    const exit = monotonicNow()
    this.#lastRead = exit
    this.#await(exit)
  }

  // Waits for the pipe to be idle. A slow reader is not idleness: then there are bytes in the pipe. What the command wrote
  // is always delivered. A descendant that goes on writing is not heard for longer because the reader is slow.
  #await(exit: number): void {
    const timer = setTimeout(() => {
      if (this.#ended) return
      const now = monotonicNow()
      const wasIdle = !this.#paused && now - this.#lastRead >= IDLE
      const isOver = this.#owed <= 0 && now - exit >= LONGEST_DRAIN
      if (isOver || (wasIdle && binding.bytesInPipe(this.#fd) <= 0)) this.giveUp()
      else this.#await(exit)
    }, IDLE)
    this.#onEnded = () => clearTimeout(timer)
  }

  #onEnded = () => {}

  #end(heldOpen: boolean): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnded()
    if (this.#stream === undefined) binding.closeFd(this.#fd)
    const sink = this.#sink
    this.#sink = DISCARD
    sink.end()
    this.#onEnd?.(heldOpen)
  }
}

const DISCARD: Sink = { push: () => true, end: () => {} }
