import { EventQueue } from '../base/event-queue.js'
import type { Output, Sink } from './output.js'
import type { OutputBuffer } from './output-buffer.js'

const LF = 0x0a

/**
 * Delivers an output to a `for await` loop, line by line. The output pauses while the loop is busy, so the command waits
 * and no memory grows.
 *
 * @typeParam T Strings, each a line without its newline; or chunks of bytes as they come.
 */
export class LineSource<T extends string | Buffer> implements Sink {
  readonly queue: EventQueue<T>
  /** The beginning of a line whose end has not come yet. */
  readonly #partial: OutputBuffer
  readonly #raw: boolean
  readonly #onOverflow: () => void

  constructor(
    output: Output,
    partial: OutputBuffer,
    { raw, onOverflow }: { raw: boolean; onOverflow: () => void },
  ) {
    this.#partial = partial
    this.#raw = raw
    this.#onOverflow = onOverflow
    this.queue = new EventQueue<T>({
      onWanted: () => {
        output.resume()
        return () => {}
      },
      onClosed: () => output.discard(),
    })
  }

  push(chunk: Buffer): boolean {
    if (this.#raw) this.queue.push(chunk as T)
    else this.#split(chunk)
    return this.queue.wanted
  }

  end(): void {
    if (!this.#partial.isEmpty) this.#deliver(this.#partial.take().toString())
    this.queue.close()
  }

  #split(chunk: Buffer): void {
    const first = chunk.indexOf(LF)
    if (first < 0) {
      this.#keep(chunk)
      return
    }
    this.#keep(chunk.subarray(0, first))
    this.#deliver(this.#partial.take().toString())
    const last = chunk.lastIndexOf(LF)
    // A line feed is never a part of another character, so whole lines can be decoded at once.
    if (last > first) {
      for (const line of chunk.toString('utf8', first + 1, last).split('\n')) this.#deliver(line)
    }
    if (last + 1 < chunk.length) this.#keep(chunk.subarray(last + 1))
  }

  #keep(part: Buffer): void {
    if (part.length > 0 && !this.#partial.push(part)) this.#onOverflow()
  }

  #deliver(line: string): void {
    this.queue.push((line.endsWith('\r') ? line.slice(0, -1) : line) as T)
  }
}
