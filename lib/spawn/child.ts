import type { Readable, Writable } from 'node:stream'
import { inspect } from 'node:util'
import type { SextonError } from '../base/errors.js'
import { hold } from '../base/process-life.js'
import type { ExitStatus, ResourceUsage } from '../exit/exit-status.js'
import { watchByPolling } from '../exit/poll.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import type { Birth } from './birth.js'
import { brokenStream } from './broken-stream.js'
import type { PipeEnd } from './pipe-end.js'
import type { Kind } from './stdio.js'
import type { Termination, TerminationReason } from './termination.js'

/** The parts of a child, or the failure to start it. */
export type ChildParts =
  | {
      owned: OwnedChild
      birth: Birth
      termination: Termination
      pipes: readonly (PipeEnd | null)[]
    }
  | { failure: SextonError; kinds: readonly Kind[] }

/**
 * A child process. `spawn()` creates it.
 *
 * @typeParam Stdin The type of `stdin`: without `null` if `stdio` makes it a pipe.
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
  readonly #birth: Birth | undefined
  readonly #termination: Termination | undefined
  /** `undefined` if the child could not be started. */
  #owned: OwnedChild | undefined
  #failure: SextonError | undefined
  /** Whether the caller learns of a failure otherwise than by `exited`. */
  #isFailureSeen = false
  #broken: readonly (Readable | Writable | null)[] | undefined
  #spawned: Promise<void> | undefined
  #exited: Promise<ExitStatus> | undefined
  #stdio: readonly (Readable | Writable | null)[] | undefined

  private constructor(parts: ChildParts) {
    if ('failure' in parts) {
      this.#pipes = []
      this.#fail(
        parts.failure,
        parts.kinds.map((kind) => brokenStream(kind, parts.failure)),
      )
    } else {
      this.#pipes = parts.pipes
      this.#owned = parts.owned
      this.#birth = parts.birth
      this.#termination = parts.termination
      parts.owned.onExit((status) => this.#ended(status))
    }
  }

  /** @internal */
  static of(parts: ChildParts): Child {
    return new Child(parts)
  }

  /**
   * The child's process id. No other process has it until the child has been reaped. Before `spawned` has resolved, the
   * process exists and does not run the program yet. If it comes to be known that the program cannot be run, the
   * process has exited.
   *
   * @throws {SextonError} the error of `exited`, if the child could not be started.
   */
  get pid(): number {
    const failure = this.#failure ?? this.#birth?.failure
    if (failure === undefined) return (this.#owned as OwnedChild).pid
    this.#failureIsSeen()
    throw failure
  }

  /**
   * The child's streams by descriptor; `null` for a descriptor that is not a pipe. A stream need not be read. When
   * the child exits, the rest of an unread pipe moves into memory and the descriptor is closed. So reading may
   * start after `exited`, when `child_process` would already have discarded the output.
   *
   * - A descendant of the child may keep a pipe open and write more. If the stream was read from this object before
   *   the child exited, it also delivers that output. It keeps its descriptor until the descendant closes the pipe,
   *   or, if the stream's buffer is full, until a reader has made room. Otherwise the output of descendants is
   *   discarded, so that a full pipe does not block them.
   * - `stdin` is closed when the child exits. Another writable stream that was read from this object before stays
   *   open while a descendant holds the other end.
   * - The streams of a child that could not be started fail with the error of `exited` when they are used.
   */
  get stdio(): readonly (Readable | Writable | null)[] {
    this.#failureIsSeen()
    this.#stdio ??= this.#streams()
    return this.#stdio
  }

  /** The stream that writes to the child's descriptor 0; `null` if that is not a pipe. */
  get stdin(): Stdin {
    return this.#stream(0) as Stdin
  }

  /** The stream that reads the child's descriptor 1; `null` if that is not a pipe. A full pipe blocks the child. */
  get stdout(): Stdout {
    return this.#stream(1) as Stdout
  }

  /** The stream that reads the child's descriptor 2; `null` if that is not a pipe. */
  get stderr(): Stderr {
    return this.#stream(2) as Stderr
  }

  /**
   * A promise that resolves when the child runs the program, and rejects with the error of `exited` if it cannot. If a
   * signal has killed the child before, it resolves too: `exited` tells. Usually there is no need to wait: signals and
   * pipes work at once. Reading this property keeps the calling process alive until the promise is settled.
   */
  get spawned(): Promise<void> {
    this.#failureIsSeen()
    this.#spawned ??= this.#awaitBirth()
    return this.#spawned
  }

  /**
   * A promise that resolves with the exit status when the child has exited. It rejects with `ERR_SPAWN_FAILED` if
   * the child could not be started. Descendants may still hold the child's pipes open. Reading this property keeps
   * the calling process alive until the child has exited.
   */
  get exited(): Promise<ExitStatus> {
    this.#exited ??= this.#wait()
    return this.#exited
  }

  /** The exit status; `undefined` until `exited` has resolved. */
  get status(): ExitStatus | undefined {
    return this.#owned?.status
  }

  /** The resources that the child and its awaited descendants used; `undefined` until `exited` has resolved. */
  get usage(): ResourceUsage | undefined {
    return this.#owned?.status?.usage
  }

  /** Why sexton terminated the child (`'timeout'`, `'abort'`, `'dispose'`); `undefined` if it did not. */
  get terminationReason(): TerminationReason | undefined {
    return this.#termination?.reason
  }

  /**
   * Sends a signal to the child, and never to a later process with its pid.
   *
   * @param signal The signal's name or number, default `'SIGTERM'`.
   * @returns Whether the signal was sent. False if the child has exited or was never started.
   * @throws {TypeError | RangeError} if the signal is unknown.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if the child has changed its user.
   */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    const number = signalNumber(signal)
    // Whether there is anything to kill is known at the end of the birth.
    if (this.#birth?.settle() !== undefined) return false
    return this.#owned?.kill(number) ?? false
  }

  /**
   * @internal Whether the child could be started. Holds the event loop until that is known. The caller sees to it that
   * `exited` is awaited.
   */
  isStarted(): boolean {
    this.#failureIsSeen()
    return this.#failure === undefined && this.#birth?.settle() === undefined
  }

  /**
   * Terminates the child if it still runs (`killSignal`, then `SIGKILL` after `grace`), waits for its exit, and
   * closes its streams.
   *
   * @returns A promise that resolves when all of this is done.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owned === undefined) return
    this.#termination?.begin('dispose')
    for (const pipe of this.#pipes) pipe?.closeInput()
    // `exited` is not read here: a failure that nobody else handles would be an unhandled rejection.
    await this.#ending()
    for (const pipe of this.#pipes) pipe?.close()
  }

  /** Says which process it is, and how it is: `pid 45: running`, `pid 45: exit code 3`, or why it was not started. */
  toString(): string {
    if (this.#owned === undefined) return `not started: ${this.#failure?.message}`
    return `pid ${this.#owned.pid}: ${this.status ?? 'running'}`
  }

  /** @internal */
  [inspect.custom](): string {
    return `Child <${this}>`
  }

  // Creates each stream when it is first read from the list: an unused stream would hold its descriptor.
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

  // Marks the failure as handled: the caller learns of it from the pid, a stream or `spawned`, and may read `exited`
  // later.
  #failureIsSeen(): void {
    this.#isFailureSeen = true
    if (this.#failure !== undefined) this.#exited?.catch(() => {})
  }

  #awaitBirth(): Promise<void> {
    const birth = this.#birth
    if (birth === undefined) return Promise.reject(this.#failure)
    const release = hold()
    return new Promise((resolve, reject) => {
      const check = () => {
        if (birth.isUnderWay) return false
        release()
        if (birth.failure === undefined) resolve()
        else reject(birth.failure)
        return true
      }
      if (!check()) watchByPolling(check)
    })
  }

  #wait(): Promise<ExitStatus> {
    const release = hold()
    return new Promise((resolve, reject) => {
      this.#owned?.onExit((status) => {
        release()
        if (this.#failure === undefined) resolve(status)
        else reject(this.#failure)
      })
    })
  }

  /** Waits for the end of the process, whether or not it has come to run the program. */
  #ending(): Promise<void> {
    const release = hold()
    return new Promise((resolve) => {
      this.#owned?.onExit(() => {
        release()
        resolve()
      })
    })
  }

  // The first to hear of the end.
  #ended(status: ExitStatus): void {
    const failure = status.success ? undefined : this.#birth?.end()
    if (failure === undefined) {
      // By index: this is a part of each exit, and mostly runs uncompiled.
      for (let i = 0; i < this.#pipes.length; i += 1) this.#pipes[i]?.childEnded(i)
    } else {
      this.#fail(
        failure,
        this.#pipes.map((pipe) => pipe?.fail(failure) ?? null),
      )
    }
  }

  // Rejects at once, so that a failure that nobody handles is an unhandled rejection.
  #fail(failure: SextonError, broken: readonly (Readable | Writable | null)[]): void {
    this.#failure = failure
    this.#owned = undefined
    this.#broken = broken
    this.#exited ??= Promise.reject(failure)
    if (this.#isFailureSeen) this.#failureIsSeen()
  }
}
