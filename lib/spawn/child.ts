import type { Readable, Writable } from 'node:stream'
import { hold, release } from '../base/process-life.js'
import type { ExitStatus, ResourceUsage } from '../exit/exit-status.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import { brokenStream } from './broken-stream.js'
import type { PipeEnd } from './pipe-end.js'
import type { Kind } from './stdio.js'
import type { Termination, TerminationReason } from './termination.js'

/** What a child consists of, or why there is none. */
export type Birth =
  | { owned: OwnedChild; termination: Termination; pipes: readonly (PipeEnd | null)[] }
  | { failure: Error; kinds: readonly Kind[] }

/**
 * A child process: see `spawn()`, which makes these.
 *
 * @typeParam Stdin The type of `stdin`: without `null` where `stdio` says that it is a pipe.
 * @typeParam Stdout The type of `stdout`.
 * @typeParam Stderr The type of `stderr`.
 */
export class Child<
  Stdin extends Readable | Writable | null = Writable | null,
  Stdout extends Readable | Writable | null = Readable | null,
  Stderr extends Readable | Writable | null = Readable | null,
> implements AsyncDisposable
{
  readonly #pipes: readonly (PipeEnd | null)[]
  readonly #broken: readonly (Readable | Writable | null)[] | undefined
  readonly #owned: OwnedChild | undefined
  readonly #termination: Termination | undefined
  readonly #failure: Error | undefined
  #exited: Promise<ExitStatus> | undefined
  #stdio: readonly (Readable | Writable | null)[] | undefined

  private constructor(birth: Birth) {
    if ('failure' in birth) {
      this.#pipes = []
      this.#failure = birth.failure
      this.#broken = birth.kinds.map((kind) => brokenStream(kind, birth.failure))
      // At once, so that a failure that no one looks at is an unhandled rejection and not silence.
      this.#exited = Promise.reject(birth.failure)
    } else {
      this.#pipes = birth.pipes
      this.#owned = birth.owned
      this.#termination = birth.termination
    }
  }

  /** @internal */
  static of(birth: Birth): Child {
    return new Child(birth)
  }

  /**
   * Its process id, which is no other process's until it has been reaped.
   *
   * @throws {SextonError} what `exited` rejects with, if it could not be started.
   */
  get pid(): number {
    if (this.#owned !== undefined) return this.#owned.pid
    this.#failureIsSeen()
    throw this.#failure
  }

  /**
   * Streams by descriptor number; `null` where there is no pipe. A stream need not be read: when the child
   * has ended, what is left in a pipe that nobody reads moves into memory, and the descriptor is given back.
   * So a caller can start to read after `exited`, where `child_process` would have thrown the output away.
   *
   * - A descendant of the child may hold the pipe and write on. A stream that was asked for before the
   *   child's end gets that output too; it keeps its descriptor until the descendant closes the pipe, or,
   *   where more was written than the stream buffers, until a reader takes it. Otherwise the output of
   *   descendants is thrown away, so that a full pipe does not stop them.
   * - `stdin` is closed at the child's end. Any other writable stream stays open while a descendant holds
   *   the other end, if it was asked for before.
   * - The streams of a child that could not be started fail, with what `exited` rejects with, when they
   *   are used.
   */
  get stdio(): readonly (Readable | Writable | null)[] {
    this.#failureIsSeen()
    this.#stdio ??= this.#streams()
    return this.#stdio
  }

  /** Writes to the child's descriptor 0; `null` unless that is a pipe. */
  get stdin(): Stdin {
    return this.#stream(0) as Stdin
  }

  /** Reads the child's descriptor 1; `null` unless that is a pipe. Unread, a full pipe stops the child. */
  get stdout(): Stdout {
    return this.#stream(1) as Stdout
  }

  /** Reads the child's descriptor 2; `null` unless that is a pipe. */
  get stderr(): Stderr {
    return this.#stream(2) as Stderr
  }

  /**
   * Resolves with how it ended, whoever ended it; rejects with `ERR_SPAWN_FAILED` if it could not be
   * started. Descendants may still hold its pipes open by then. Asking for it keeps this process
   * alive until the child has ended; a child that no one asks about does not.
   */
  get exited(): Promise<ExitStatus> {
    this.#exited ??= this.#wait()
    return this.#exited
  }

  /** How it ended, once `exited` has resolved. */
  get status(): ExitStatus | undefined {
    return this.#owned?.status
  }

  /** What it and the descendants that it had waited for used, once `exited` has resolved. */
  get usage(): ResourceUsage | undefined {
    return this.#owned?.status?.usage
  }

  /** Why sexton ended it (`'timeout'`, `'abort'`, `'dispose'`), if it did. */
  get terminationReason(): TerminationReason | undefined {
    return this.#termination?.reason
  }

  /**
   * Sends it a signal; false if it has ended, or never began. No later process with its pid can be hit.
   *
   * @param signal Its name or number, default `'SIGTERM'`.
   * @throws {TypeError | RangeError} for an unknown signal.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if it has become another user's.
   */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    const number = signalNumber(signal)
    return this.#owned?.kill(number) ?? false
  }

  /**
   * Ends it if it still runs (`killSignal`, then `SIGKILL` after `grace`), waits for it, and
   * closes its streams.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owned === undefined) return
    this.#termination?.begin('dispose')
    await this.exited
    for (const pipe of this.#pipes) pipe?.close()
  }

  // Each is made when it is looked at: one that nobody reads would hold its descriptor.
  #streams(): readonly (Readable | Writable | null)[] {
    const streams: (Readable | Writable | null)[] = []
    for (const index of (this.#broken ?? this.#pipes).keys()) {
      Object.defineProperty(streams, index, { enumerable: true, get: () => this.#stream(index) })
    }
    return streams
  }

  #stream(index: number): Readable | Writable | null {
    this.#failureIsSeen()
    return this.#broken?.[index] ?? this.#pipes[index]?.stream ?? null
  }

  // Whoever has asked for the pid or a stream is told there, and may come to `exited` only later.
  #failureIsSeen(): void {
    if (this.#failure !== undefined) this.#exited?.catch(() => {})
  }

  #wait(): Promise<ExitStatus> {
    const { exited } = this.#owned as OwnedChild
    hold()
    return exited.finally(release)
  }
}
