import { type DescriptorWatch, watchDescriptor } from '../system/readiness.js'

type Direction = 'readable' | 'writable'

/** A descriptor that somebody awaits in both directions. It is watched only while somebody does. */
export class Pollable {
  readonly fd: number
  readonly #waiting: Record<Direction, (() => void)[]> = { readable: [], writable: [] }
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

  /** Ends all waits, and stops watching. Must come before the descriptor is closed. */
  wake(): void {
    this.#resolve('readable', 'writable')
  }

  #wait(direction: Direction): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting[direction].push(resolve)
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
    if (!readable && !writable) {
      this.#watch?.stop()
      this.#watch = undefined
    } else if (this.#watch !== undefined) {
      this.#watch.change({ readable, writable })
    } else {
      this.#watch = watchDescriptor(this.fd, { readable, writable }, (ready) => {
        if (ready.hungUp || ready.failed) this.#resolve('readable', 'writable')
        else this.#resolve(...(['readable', 'writable'] as const).filter((one) => ready[one]))
      })
    }
  }

  #resolve(...directions: readonly Direction[]): void {
    const resolved = directions.flatMap((direction) => this.#waiting[direction].splice(0))
    this.#update()
    for (const resolve of resolved) resolve()
  }
}
