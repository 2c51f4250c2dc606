import { type DescriptorWatch, watchDescriptor } from '../system/readiness.js'

type Event = 'readable' | 'writable' | 'hungUp'
const EVENTS: readonly Event[] = ['readable', 'writable', 'hungUp']

/** A descriptor that somebody awaits, in both directions. It is watched only while somebody does. */
export class Pollable {
  readonly fd: number
  readonly #waiting: Record<Event, (() => void)[]> = { readable: [], writable: [], hungUp: [] }
  #watch: DescriptorWatch | undefined

  constructor(fd: number) {
    this.fd = fd
  }

  /** Resolves when there is something to read, when the other end is closed, or by `wake()`. */
  readable(): Promise<void> {
    return this.#wait('readable')
  }

  /** Resolves when there is room to write, when nobody reads any more, or by `wake()`. */
  writable(): Promise<void> {
    return this.#wait('writable')
  }

  /** Resolves when the other end is closed, or by `wake()`. */
  hungUp(): Promise<void> {
    return this.#wait('hungUp')
  }

  /** Ends all waits, and stops watching. Must come before the descriptor is closed. */
  wake(): void {
    this.#resolve(...EVENTS)
  }

  #wait(event: Event): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting[event].push(resolve)
      try {
        this.#update()
      } catch (error) {
        reject(error)
      }
    })
  }

  // Each wait begins a watch anew: a level-triggered one would call all the time while nobody reads.
  #update(): void {
    const readable = this.#waiting.readable.length > 0
    const writable = this.#waiting.writable.length > 0
    if (!readable && !writable && this.#waiting.hungUp.length === 0) {
      this.#watch?.stop()
      this.#watch = undefined
    } else if (this.#watch !== undefined) {
      this.#watch.change({ readable, writable })
    } else {
      this.#watch = watchDescriptor(this.fd, { readable, writable }, (ready) => {
        if (ready.hungUp || ready.failed) this.#resolve(...EVENTS)
        else this.#resolve(...EVENTS.filter((event) => ready[event]))
      })
    }
  }

  #resolve(...events: readonly Event[]): void {
    const resolved = events.flatMap((event) => this.#waiting[event].splice(0))
    this.#update()
    for (const resolve of resolved) resolve()
  }
}
