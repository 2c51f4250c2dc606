import { Deadline, monotonicNow } from '../base/time.js'

/** The functions that an idle timeout calls. */
export interface IdleEvents {
  /** Whether nobody listens for the moment, so that nothing can be heard. Default: never. */
  isPaused?(): boolean
  onIdle(): void
}

/** Calls a function when nothing has been heard for some time, in which somebody has listened. */
export class IdleTimeout {
  readonly #limit: number
  readonly #events: IdleEvents
  #last = monotonicNow()
  #deadline: Deadline

  constructor(milliseconds: number, events: IdleEvents) {
    this.#limit = milliseconds
    this.#events = events
    this.#deadline = this.#wait(milliseconds)
  }

  heard(): void {
    this.#last = monotonicNow()
  }

  clear(): void {
    this.#deadline.clear()
  }

  // One timer at a time, however much is heard.
  #wait(milliseconds: number): Deadline {
    return new Deadline(milliseconds, () => {
      if (this.#events.isPaused?.() === true) this.heard()
      const left = this.#last + this.#limit - monotonicNow()
      if (left <= 0) this.#events.onIdle()
      else this.#deadline = this.#wait(left)
    }).unref()
  }
}
