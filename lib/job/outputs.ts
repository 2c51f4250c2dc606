import { Pipe, type PipeHandle } from '../spawn/pipe.js'
import { asSpawnFailure } from '../spawn/spawn-failure.js'
import type { CheckedCommand } from './checked-options.js'
import { deliver } from './delivery.js'
import type { Content } from './outcome.js'
import { Output } from './output.js'
import { OutputBuffer } from './output-buffer.js'
import type { Encoding } from './text.js'

/** An output and what is collected of it. */
export interface Capture {
  readonly output: Output
  readonly buffer: OutputBuffer
}

/** The outputs of the commands of one call, and what is collected of them. */
export class Outputs {
  /** Called for each output that is read, and when a pause of its reader ends. */
  onOutput = () => {}
  readonly #options: CheckedCommand
  readonly #onOverflow: () => void
  readonly #buffers: OutputBuffer[] = []
  readonly #captures: Capture[] = []

  /** @param onOverflow Called when an output exceeds `maxBuffer`, unless a descendant is to blame. */
  constructor(options: CheckedCommand, onOverflow: () => void) {
    this.#options = options
    this.#onOverflow = onOverflow
  }

  /** Whether something was not collected, because it exceeded `maxBuffer`. */
  get truncated(): boolean {
    return this.#buffers.some((buffer) => buffer.truncated)
  }

  /** Whether an output has to wait for its reader. */
  get isPaused(): boolean {
    return this.#captures.some(({ output }) => output.isPaused)
  }

  get encoding(): Encoding {
    return this.#options.encoding
  }

  /** Creates a pipe whose contents are collected. The writable end is for the `stdio` of a child. */
  capture(): Capture & { end: PipeHandle } {
    const { readable, writable } = asSpawnFailure(() => Pipe.open('readable'))
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

  newBuffer(): OutputBuffer {
    const buffer = new OutputBuffer(this.#options.maxBuffer, this.#options.overflow)
    this.#buffers.push(buffer)
    return buffer
  }

  /** An output exceeds `maxBuffer`. */
  overflows(output: Output): void {
    if (output.isHeld) output.giveUp()
    else this.#onOverflow()
  }

  /** Begins to read by streams. Without them an output is read when its command has exited. */
  open(): void {
    for (const { output } of this.#captures) output.open()
  }

  /** Sets whether this process stays alive for the outputs. */
  keepAlive(isWanted: boolean): void {
    for (const { output } of this.#captures) output.keepAlive(isWanted)
  }

  /** Gives the outputs up, because the commands cannot be started. */
  close(): void {
    for (const { output } of this.#captures) output.close()
  }

  /**
   * Waits for the ends of the outputs. All commands have exited.
   *
   * @returns Whether a descendant held one of them open.
   */
  async drained(): Promise<boolean> {
    const drains = this.#captures.map(({ output }) => output.commandExited())
    let anyHeld = false
    for (const isHeld of drains) anyHeld = (isHeld !== false && (await isHeld)) || anyHeld
    return anyHeld
  }

  /** Converts what was collected to its form in a result; `null` if nothing is collected. */
  collected(capture: Capture | undefined): Content {
    return capture === undefined ? null : deliver(capture.buffer, this.#options)
  }
}
