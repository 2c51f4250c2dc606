import { Fifo } from './fifo.js'

/** Callbacks for the owner of a queue. */
export interface QueueEvents {
  /** A consumer waits and the queue is empty. The result is called once, when no consumer waits any more. */
  onWanted?: () => () => void
  /** The queue takes no more: `close()` was called, or the consumer left its loop. */
  onClosed?: () => void
}

/**
 * The most values to deliver in one turn of the event loop. A `for await` over a backlog runs only in microtasks,
 * so without a pause no timer and no other event would run before its end.
 */
const AT_ONCE = 64

/**
 * A queue of values between a producer and one `for await` loop. Closing the queue still delivers the values in it.
 * Leaving the loop closes the queue and discards them. The queue has no limit: its owner documents one if there is.
 */
export class EventQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #events: QueueEvents
  readonly #values = new Fifo<T>()
  readonly #waiting = new Fifo<(result: IteratorResult<T, undefined>) => void>()
  /** Values delivered since the last pause. */
  #delivered = 0
  #pausing = false
  #closed = false
  /** The function that `onWanted` returned, as long as a consumer waits. */
  #onSatisfied: (() => void) | undefined

  constructor(events: QueueEvents = {}) {
    this.#events = events
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Whether a consumer waits for a value that is not there yet. */
  get wanted(): boolean {
    return this.#waiting.size > this.#values.size
  }

  push(value: T): void {
    if (this.#closed) return
    if (this.wanted) this.#delivered = 0 // the consumer has read everything and waits
    this.#values.push(value)
    if (!this.#pausing) this.#deliver()
    this.#tell()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (!this.#pausing) this.#endWaiting()
    this.#tell()
    this.#events.onClosed?.()
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (!this.#pausing) this.#deliver()
      this.#tell()
    })
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#values.clear()
    this.close()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.return().then(() => undefined)
  }

  // By what was told last: what is queued may be dropped between two looks, and the queue then seems wanted
  // that was not.
  #tell(): void {
    const wanted = this.wanted && !this.#closed
    if (wanted === (this.#onSatisfied !== undefined)) return
    const satisfied = this.#onSatisfied
    this.#onSatisfied = wanted ? (this.#events.onWanted?.() ?? doNothing) : undefined
    satisfied?.()
  }

  #deliver(): void {
    while (this.#waiting.size > 0 && this.#values.size > 0) {
      if (this.#delivered === AT_ONCE) {
        this.#pause()
        return
      }
      this.#delivered += 1
      this.#waiting.take()?.({ done: false, value: this.#values.take() as T })
    }
    if (this.#closed) this.#endWaiting()
  }

  #pause(): void {
    this.#pausing = true
    setImmediate(() => {
      this.#pausing = false
      this.#delivered = 0
      this.#deliver()
    })
  }

  #endWaiting(): void {
    while (this.#waiting.size > 0) this.#waiting.take()?.({ done: true, value: undefined })
  }
}

function doNothing(): void {}
