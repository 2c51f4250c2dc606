import { Output } from '../../job/output.js'
import { Pipe, type PipeHandle } from '../../spawn/pipe.js'
import { written } from '../output.js'

// Opened when they are needed: a stream makes its pipe non-blocking for everybody who has it.
const streams = () => [process.stdout, process.stderr]

/** The outputs of a command that are passed on, because somebody must know when it writes. */
export class PipedOutputs {
  readonly #outputs: Output[] = []
  #isOver = false
  /** The ends for the command. */
  readonly ends: PipeHandle[] = []

  /** @param onOutput Called for each piece that the command has written. */
  constructor(onOutput: () => void) {
    for (const stream of streams()) {
      const { readable, writable } = Pipe.open('readable')
      this.ends.push(writable)
      this.#outputs.push(this.#passOn(readable, stream, onOutput))
    }
  }

  /** Begins to read, when the command has started. */
  open(): void {
    for (const output of this.#outputs) output.open()
  }

  /**
   * Waits until the rest is written, when everything of the job has ended. A process that lives on is not waited for. This
   * program exits afterwards, and what a full pipe has not taken by then is lost.
   */
  async drain(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#outputs.map((output) => output.commandExited()))
    await Promise.all(streams().map(written))
  }

  #passOn(end: PipeHandle, stream: NodeJS.WriteStream, onOutput: () => void): Output {
    const push = (chunk: Buffer) => {
      if (stream.write(chunk)) return true
      stream.once('drain', () => output.resume())
      return false
    }
    const output: Output = new Output(end, { push, end: () => {} }, onOutput)
    // Nobody reads any more. The command learns it by the closed pipe, as if it wrote there itself.
    stream.on('error', () => (this.#isOver ? output.giveUp() : output.close()))
    return output
  }
}
