import { inspect } from 'node:util'
import type { EventQueue } from '../base/event-queue.js'
import type { Execution } from './execution.js'
import { LineSource } from './line-source.js'
import type { Capture } from './outputs.js'
import { type Encoding, withoutCutCharacter } from './text.js'

/** The parts of a run. */
export interface Parts<R> {
  execution: Execution
  result: Promise<R>
  /** The output that a `for await` loop reads; `undefined` if it is not collected. */
  streamed?: Capture | undefined
}

/**
 * Commands that run. They are a promise of their result, and an async iterable of the lines of their output.
 *
 * A `for await` loop takes the output over: what it has read is not in the result. The command waits while the loop is
 * busy. The end of the loop throws what the promise rejects with. Leaving the loop early ends the command, and waits for
 * its exit. With `encoding: 'buffer'` the loop gets the bytes as they come.
 *
 * @typeParam R The type of the result.
 * @typeParam E The type of `encoding`.
 */
export abstract class Running<R, E extends Encoding = 'utf8'>
  implements Promise<R>, AsyncIterable<E extends 'buffer' ? Buffer : string>, AsyncDisposable
{
  /** What `Object.prototype.toString` calls it. */
  abstract readonly [Symbol.toStringTag]: string
  /** @internal */
  protected readonly parts: Parts<R>
  #isRead = false

  /** @internal */
  protected constructor(parts: Parts<R>) {
    this.parts = parts
  }

  /** @internal Whether a loop gets lines, and not bytes. */
  get givesLines(): boolean {
    return this.parts.execution.outputs.encoding === 'utf8'
  }

  /**
   * Waits for the result, as a promise does.
   *
   * @param onFulfilled Takes the result.
   * @param onRejected Takes the error.
   * @returns A promise of what they return.
   */
  // biome-ignore lint/suspicious/noThenProperty: it is a promise.
  then<A = R, B = never>(
    onFulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    // biome-ignore lint/suspicious/noExplicitAny: that of Promise has this type.
    onRejected?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.parts.result.then(onFulfilled, onRejected)
  }

  /**
   * Handles a failure, as a promise does.
   *
   * @param onRejected Takes the error.
   * @returns A promise of the result, or of what `onRejected` returns.
   */
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  catch<B = never>(onRejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<R | B> {
    return this.parts.result.catch(onRejected)
  }

  /**
   * Waits for the end, as a promise does.
   *
   * @param onFinally Is called when the command has ended, however it did.
   * @returns A promise of the result.
   */
  finally(onFinally?: (() => void) | null): Promise<R> {
    return this.parts.result.finally(onFinally)
  }

  /**
   * Reads the output while the command runs. Only one loop may read it.
   *
   * @returns An iterator of lines, or of bytes with `encoding: 'buffer'`.
   * @throws {TypeError} if it is read already, or not collected (`stdio`).
   */
  [Symbol.asyncIterator](): AsyncGenerator<E extends 'buffer' ? Buffer : string, void> {
    const { streamed, execution, result } = this.parts
    if (this.#isRead) throw new TypeError('this output is read already: expected one loop')
    this.#isRead = true
    // The loop tells of a failure, so it is not an unhandled rejection.
    result.catch(() => {})
    if (streamed === undefined) return this.#failing()
    const raw = execution.outputs.encoding === 'buffer'
    const onOverflow = () => execution.outputs.overflows(streamed.output)
    const source = new LineSource<E extends 'buffer' ? Buffer : string>(
      streamed.output,
      execution.outputs.newBuffer(),
      { raw, onOverflow },
    )
    const { cut } = streamed.buffer
    const collected = streamed.buffer.take()
    if (collected.length > 0) source.push(raw ? collected : withoutCutCharacter(collected, cut))
    streamed.output.redirect(source)
    return this.#read(source)
  }

  /**
   * Says which process it is, and how it is.
   *
   * @returns For example `pid 45: running`; for each command of a pipeline, separated by ` | `.
   */
  toString(): string {
    const { children } = this.parts.execution
    return children.length === 0 ? 'not started' : children.join(' | ')
  }

  /** @internal */
  [inspect.custom](): string {
    return `${this[Symbol.toStringTag]} <${this}>`
  }

  /**
   * Ends the command if it still runs (`killSignal`, then `SIGKILL` after `grace`), and waits for its exit.
   *
   * @returns A promise that resolves when it has exited and its outputs are closed.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { execution, result } = this.parts
    await execution.end('dispose')
    await result.catch(() => {})
  }

  #read<T extends string | Buffer>({ queue }: LineSource<T>): AsyncGenerator<T, void> {
    const state = { isLeft: false }
    const lines = this.#linesOf(queue, state)
    const finish = lines.return.bind(lines)
    // Not by `finally` in the generator: it would not run if the loop is left before it has begun.
    lines.return = async () => {
      state.isLeft = true
      await queue.return()
      await this[Symbol.asyncDispose]()
      return finish()
    }
    lines.throw = async (error) => {
      await lines.return()
      throw error
    }
    return lines
  }

  async *#linesOf<T>(
    queue: EventQueue<T>,
    state: { readonly isLeft: boolean },
  ): AsyncGenerator<T, void> {
    yield* queue
    await this.parts.result.catch((error) => {
      // A reader may wait for a line while another part of the program leaves the loop. That is no failure.
      if (!state.isLeft) throw error
    })
  }

  // biome-ignore lint/correctness/useYield: there is nothing to yield.
  async *#failing(): AsyncGenerator<never, void> {
    await this.parts.result
    throw new TypeError("there is no output to read: expected 'pipe' for stdio[1]")
  }
}
