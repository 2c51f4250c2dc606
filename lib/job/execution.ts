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
import { deliver } from './delivery.js'
import { feed, isFile } from './input.js'
import type { Content, EndReason, Outcome } from './outcome.js'
import { Output } from './output.js'
import { OutputBuffer } from './output-buffer.js'
import type { Encoding } from './text.js'

/**
 * Milliseconds after which the outputs of a command that still runs get streams. Most commands exit sooner, and need
 * none.
 */
const SOON = 2

/** An output and what is collected of it. */
export interface Capture {
  readonly output: Output
  readonly buffer: OutputBuffer
}

/** A command that was started: a child, or the command of a job. */
export interface StartedCommand extends AsyncDisposable {
  readonly pid: number | undefined
  readonly exited: Promise<ExitStatus>
  /** `undefined` until `exited` has resolved. */
  readonly status: ExitStatus | undefined
  readonly terminationReason: EndReason | undefined
  kill(signal?: SignalName | number): boolean
}

/** A command that could not be started. */
interface Failure {
  cause: unknown
}

/** The commands of one call, from the start of the first to the end of the last output. */
export class Execution {
  readonly children: StartedCommand[] = []
  /** Called for each output that is read, and when a pause of its reader ends. */
  onOutput = () => {}
  readonly #options: CheckedCommand
  readonly #buffers: OutputBuffer[] = []
  readonly #captures: Capture[] = []
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
  }

  /** The fields that the results of a command and of a pipeline share. */
  get outcome(): Pick<Outcome, 'durationMs' | 'truncated' | 'heldOpen' | 'terminationReason'> {
    return {
      durationMs: this.#duration,
      truncated: this.#buffers.some((buffer) => buffer.truncated),
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
    const { readable, writable } = asSpawnFailure(() => Pipe.open('readable'))
    this.#ends.push(writable)
    const buffer = this.newBuffer()
    const output = new Output(
      readable,
      {
        push: (chunk) => {
          if (!buffer.push(chunk)) this.overflows(output)
          return true
        },
        end: () => {},
      },
      () => this.onOutput(),
    )
    const capture = { output, buffer }
    this.#captures.push(capture)
    return { ...capture, end: writable }
  }

  /** An output exceeds `maxBuffer`: ends the commands, unless a descendant is to blame. */
  overflows(output: Output): void {
    if (output.isHeld) output.giveUp()
    else void this.end('overflow')
  }

  /** Whether an output has to wait for its reader. */
  get isPaused(): boolean {
    return this.#captures.some(({ output }) => output.isPaused)
  }

  newBuffer(): OutputBuffer {
    const buffer = new OutputBuffer(this.#options.maxBuffer, this.#options.overflow)
    this.#buffers.push(buffer)
    return buffer
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

  /** Starts a command. Returns whether it could be started; otherwise `finish()` throws its failure. */
  start(file: Bytes, args: readonly Bytes[], options: SpawnOptions): boolean {
    const child = spawn(file, args, options)
    this.add(child)
    return isStarted(child)
  }

  /** Supervises a command that has just been started. */
  add(command: StartedCommand): void {
    this.children.push(command)
    this.#timer ??= setTimeout(() => {
      for (const { output } of this.#captures) output.open()
    }, SOON)
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
    for (const { output } of this.#captures) output.close()
    return this.end('dispose')
  }

  /**
   * Waits for all commands and their outputs.
   *
   * @returns The statuses, in the order of the starts.
   * @throws The failure of the first command that could not be started, after the others have ended.
   */
  async finish(): Promise<ExitStatus[]> {
    const ends: (ExitStatus | Failure)[] = []
    for (const { exited } of this.children) ends.push(await exited.catch((cause) => ({ cause })))
    this.#duration = monotonicNow() - this.#started
    clearTimeout(this.#timer)
    const unread = this.#stopFeeding()
    if (unread !== undefined) this.#inputIsUnread(unread)
    const drains = this.#captures.map(({ output }) => output.commandExited())
    for (const isHeld of drains)
      this.#heldOpen = (isHeld !== false && (await isHeld)) || this.#heldOpen
    return ends.map((end) => {
      if (end instanceof ExitStatus) return end
      throw end.cause
    })
  }

  #inputIsUnread(error: Error): void {
    if (this.#options.unreadInput === 'error') void this.end('input', error)
  }

  /** Converts what was collected to its form in a result; `null` if nothing is collected. */
  collected(capture: Capture | undefined): Content {
    return capture === undefined ? null : deliver(capture.buffer, this.#options)
  }

  get encoding(): Encoding {
    return this.#options.encoding
  }
}

function isStarted(child: Child): boolean {
  try {
    return child.pid > 0
  } catch {
    return false
  }
}
