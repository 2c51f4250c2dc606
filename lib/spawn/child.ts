import type { Readable, Writable } from 'node:stream'
import type { ExitStatus, ResourceUsage } from '../exit-status.js'
import { hold, release } from '../keep-alive.js'
import type { OwnedChild } from '../reaper.js'
import { type SignalName, signalNumber } from '../signal-names.js'
import type { Termination, TerminationReason } from './termination.js'

/** What a child consists of, or why there is none. */
export type Birth =
  | { owned: OwnedChild; termination: Termination; streams: (Readable | Writable | null)[] }
  | { failure: Error; streams: (Readable | Writable | null)[] }

/** A child process: see `spawn()`. */
export class Child implements AsyncDisposable {
  /** Streams by descriptor number; `null` where there is no pipe. */
  readonly stdio: readonly (Readable | Writable | null)[]
  readonly #owned: OwnedChild | undefined
  readonly #termination: Termination | undefined
  #exited: Promise<ExitStatus> | undefined

  /** @internal */
  constructor(birth: Birth) {
    this.stdio = birth.streams
    if ('failure' in birth) {
      // At once, so that a failure that no one looks at is an unhandled rejection and not silence.
      this.#exited = Promise.reject(birth.failure)
      this.#failure = birth.failure
    } else {
      this.#owned = birth.owned
      this.#termination = birth.termination
    }
  }

  readonly #failure: Error | undefined

  /**
   * Its process id.
   *
   * @throws {SextonError} `ERR_SPAWN_FAILED` (what `exited` rejects with) if it could not be started.
   */
  get pid(): number {
    if (this.#owned !== undefined) return this.#owned.pid
    this.#exited?.catch(() => {}) // the caller is being told
    throw this.#failure
  }

  /** Writes to the child's descriptor 0; `null` unless that is a pipe. */
  get stdin(): Writable | null {
    return (this.stdio[0] ?? null) as Writable | null
  }

  /** Reads the child's descriptor 1; `null` unless that is a pipe. Unread, a full pipe stops the child. */
  get stdout(): Readable | null {
    return (this.stdio[1] ?? null) as Readable | null
  }

  /** Reads the child's descriptor 2; `null` unless that is a pipe. */
  get stderr(): Readable | null {
    return (this.stdio[2] ?? null) as Readable | null
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

  /** What it used, once `exited` has resolved. */
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
   * @throws {TypeError | RangeError} for an unknown signal.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if it has become another user's.
   */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    const number = signalNumber(signal)
    return this.#owned?.kill(number) ?? false
  }

  /**
   * Ends it if it still runs (`killSignal`, then `SIGKILL` after `forceKillAfter`), waits for it, and
   * closes its streams.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owned === undefined) return
    this.#termination?.begin('dispose')
    await this.exited
    for (const stream of this.stdio) stream?.destroy()
  }

  #wait(): Promise<ExitStatus> {
    const { exited } = this.#owned as OwnedChild
    hold()
    return exited.finally(release)
  }
}
