import { Deadline, monotonicNow } from '../base/time.js'

/** Calls a function when nothing has been heard for some time. */
export class IdleTimeout {
  readonly #limit: number
  readonly #onIdle: () => void
  #last = monotonicNow()
  #deadline: Deadline

  constructor(milliseconds: number, onIdle: () => void) {
    this.#limit = milliseconds
    this.#onIdle = onIdle
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
      const left = this.#last + this.#limit - monotonicNow()
      if (left <= 0) this.#onIdle()
      else this.#deadline = this.#wait(left)
    }).unref()
  }
}
