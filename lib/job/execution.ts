import { reasonOf } from '../base/abort.js'
import { monotonicNow } from '../base/time.js'
import { ExitStatus } from '../exit/exit-status.js'
import type { Child } from '../spawn/child.js'
import type { Bytes, SpawnOptions } from '../spawn/options.js'
import { Pipe, type PipeHandle } from '../spawn/pipe.js'
import { spawn } from '../spawn/spawn.js'
import { asSpawnFailure } from '../spawn/spawn-failure.js'
import type { Stdio } from '../spawn/stdio.js'
import type { SignalName } from '../system/signal-names.js'
import type { CheckedCommand } from './checked-options.js'
import { feed, isFile } from './input.js'
import type { EndReason, Outcome } from './outcome.js'
import { type Capture, Outputs } from './outputs.js'

/**
 * Milliseconds after which the outputs of a command that still runs get streams. Most commands exit sooner, and need
 * none.
 */
const SOON = 2

/** A command that was started: a child, or the command of a job. */
export interface StartedCommand extends AsyncDisposable {
  readonly pid: number | undefined
  readonly exited: Promise<ExitStatus>
  /** `undefined` until `exited` has resolved. */
  readonly status: ExitStatus | undefined
  readonly terminationReason: EndReason | undefined
  isStarted(): boolean
  kill(signal?: SignalName | number): boolean
}

/** A command that could not be started. */
interface Failure {
  cause: unknown
}

/** The commands of one call, from the start of the first to the end of the last output. */
export class Execution {
  readonly children: StartedCommand[] = []
  readonly outputs: Outputs
  readonly #options: CheckedCommand
  readonly #started = monotonicNow()
  /** The write ends of the outputs, until a child has them. */
  readonly #ends: PipeHandle[] = []
  /** The write end of the input, until it is fed. */
  #inputEnd: PipeHandle | undefined
  #ending: Promise<unknown> | undefined
  #stopFeeding: () => Error | undefined = () => undefined
  #reason: EndReason | undefined
  #cause: unknown
  #heldOpen = false
  #duration = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: CheckedCommand) {
    this.#options = options
    this.outputs = new Outputs(options, () => void this.end('overflow'))
  }

  /** The fields that the results of a command and of a pipeline share. */
  get outcome(): Pick<Outcome, 'durationMs' | 'truncated' | 'heldOpen' | 'terminationReason'> {
    return {
      durationMs: this.#duration,
      truncated: this.outputs.truncated,
      heldOpen: this.#heldOpen,
      terminationReason: this.reason,
    }
  }

  /** Why sexton ended the commands; the first reason counts. */
  get reason(): EndReason | undefined {
    return this.#reason ?? this.children.find((child) => child.terminationReason)?.terminationReason
  }

  /** The error behind that reason, if there is one. */
  get cause(): unknown {
    return this.reason === 'abort' ? reasonOf(this.#options.spawn.signal) : this.#cause
  }

  /** Creates a pipe whose contents are collected. The writable end is for the `stdio` of a child. */
  capture(): Capture & { end: PipeHandle } {
    const capture = this.outputs.capture()
    this.#ends.push(capture.end)
    return capture
  }

  /** Has the pipe closed, if a failure leaves it without a child. */
  own(pipe: Pipe): void {
    this.#ends.push(pipe.readable, pipe.writable)
  }

  /** Creates the standard input of the first command. `feed` begins to write it, when the command has started. */
  inputOf({ stdio, input }: CheckedCommand): { stdin: Stdio; feed: () => void } {
    const [kind = 'ignore'] = stdio
    if (input === undefined) return { stdin: kind === 'pipe' ? 'ignore' : kind, feed: () => {} }
    if (isFile(input)) return { stdin: input, feed: () => {} }
    const { readable, writable } = asSpawnFailure(() => Pipe.open('writable'))
    this.#ends.push(readable)
    this.#inputEnd = writable
    return {
      stdin: readable,
      feed: () => {
        this.#stopFeeding = feed(writable, input, {
          onUnread: (error) => this.#inputIsUnread(error),
          onFailed: (error) => void this.end('input', error),
        })
      },
    }
  }

  /** Starts a command. If it cannot be started, `finish()` throws its failure. */
  start(file: Bytes, args: readonly Bytes[], options: SpawnOptions): Child {
    const child = spawn(file, args, options)
    this.add(child)
    return child
  }

  /** Supervises a command that has just been started. */
  add(command: StartedCommand): void {
    this.children.push(command)
    this.#timer ??= setTimeout(() => this.outputs.open(), SOON)
  }

  /** A command could not be started: ends those before it, and closes the pipes of those that would follow. */
  giveUp(): void {
    for (const end of this.#ends) end.close()
    void this.end('dispose')
  }

  /** Ends the commands that still run, and waits for their exit. */
  async end(reason: EndReason, cause?: unknown): Promise<void> {
    // The scope of a command that has exited ends nothing.
    const isIdle =
      reason === 'dispose' && this.children.every((child) => child.status !== undefined)
    if (this.reason === undefined && !isIdle) {
      this.#reason = reason
      this.#cause = cause
    }
    this.#ending ??= Promise.allSettled(this.children.map((child) => child[Symbol.asyncDispose]()))
    await this.#ending
  }

  /**
   * Gives everything up, because what was prepared cannot be started.
   *
   * @returns A promise that resolves when the commands that were started have ended.
   */
  abandon(): Promise<void> {
    clearTimeout(this.#timer)
    for (const end of this.#ends) end.close()
    this.#inputEnd?.close()
    this.outputs.close()
    return this.end('dispose')
  }

  /**
   * Waits for all commands and their outputs.
   *
   * @returns The statuses, in the order of the starts.
   * @throws The failure of the first command that could not be started, after the others have ended.
   */
  async finish(): Promise<ExitStatus[]> {
    // All at once: a failure that comes while an earlier command runs would be an unhandled rejection.
    const ends = await Promise.all(
      this.children.map(({ exited }) => exited.catch((cause): Failure => ({ cause }))),
    )
    this.#duration = monotonicNow() - this.#started
    clearTimeout(this.#timer)
    const unread = this.#stopFeeding()
    if (unread !== undefined) this.#inputIsUnread(unread)
    this.#heldOpen = await this.outputs.drained()
    return ends.map((end) => {
      if (end instanceof ExitStatus) return end
      throw end.cause
    })
  }

  #inputIsUnread(error: Error): void {
    if (this.#options.unreadInput === 'error') void this.end('input', error)
  }
}
