import { EventQueue } from '../base/event-queue.js'
import type { Output, Sink } from './output.js'
import type { OutputBuffer } from './output-buffer.js'
import { withoutCutCharacter } from './text.js'

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
    if (!this.#partial.isEmpty) this.#endLine()
    this.queue.close()
  }

  #split(chunk: Buffer): void {
    const first = chunk.indexOf(LF)
    if (first < 0) {
      this.#keep(chunk)
      return
    }
    this.#keep(chunk.subarray(0, first))
    this.#endLine()
    const last = chunk.lastIndexOf(LF)
    if (last > first) this.#deliverAll(chunk.subarray(first + 1, last))
    this.#keep(chunk.subarray(last + 1))
  }

  #deliverAll(lines: Buffer): void {
    if (lines.length > this.#partial.limit) {
      this.#deliverLong(lines)
      return
    }
    // A line feed is never a part of another character, so whole lines can be decoded at once.
    for (const line of lines.toString().split('\n')) this.#deliver(line)
  }

  // Some of the lines may be longer than the limit.
  #deliverLong(lines: Buffer): void {
    for (let start = 0; start <= lines.length; ) {
      const found = lines.indexOf(LF, start)
      const end = found < 0 ? lines.length : found
      this.#keep(lines.subarray(start, end))
      this.#endLine()
      start = end + 1
    }
  }

  #endLine(): void {
    const { cut } = this.#partial
    this.#deliver(withoutCutCharacter(this.#partial.take(), cut).toString())
  }

  #keep(part: Buffer): void {
    if (part.length > 0 && !this.#partial.push(part)) this.#onOverflow()
  }

  #deliver(line: string): void {
    this.queue.push((line.endsWith('\r') ? line.slice(0, -1) : line) as T)
  }
}
