/** What the owner of a queue may want to be told. */
export interface QueueEvents {
  /** A consumer waits and the queue is empty. */
  onWanted?: () => void
  /** No consumer waits any more. */
  onSatisfied?: () => void
  /** The queue takes no more: `close()` was called, or the consumer left its loop. */
  onClosed?: () => void
}

/**
 * Values for one `for await`, pushed by one side and pulled by the other. What is queued when the
 * queue is closed is still delivered; leaving the loop early closes it. It has no bound of its own:
 * its owner decides what is pushed, and says so in its documentation.
 */
export class EventQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #events: QueueEvents
  readonly #values: T[] = []
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = []
  #closed = false

  constructor(events: QueueEvents = {}) {
    this.#events = events
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Whether a consumer waits. */
  get wanted(): boolean {
    return this.#waiting.length > 0
  }

  push(value: T): void {
    if (this.#closed) return
    const resolve = this.#waiting.shift()
    if (resolve === undefined) {
      this.#values.push(value)
      return
    }
    resolve({ done: false, value })
    if (this.#waiting.length === 0) this.#events.onSatisfied?.()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    const wanted = this.wanted
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined })
    if (wanted) this.#events.onSatisfied?.()
    this.#events.onClosed?.()
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#values.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#closed) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) this.#events.onWanted?.()
    })
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#values.length = 0
    this.close()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.return().then(() => undefined)
  }
}
