import { Signals } from '../signals/signals.js'

/**
 * The deadly signals that this process gets in place of a container. The runtime gets them while it runs, and the container
 * from its first moment on, those included that came before.
 */
export class Forwarding {
  readonly #signals = new Signals(['SIGTERM', 'SIGINT', 'SIGQUIT'])
  readonly #signalRuntime: (signal: number) => boolean
  #signalContainer: ((signal: number) => void) | undefined
  /** The last signal that came while there was no container. */
  #waiting: number | undefined
  #isInFlight = false

  /** @param signalRuntime Whether the runtime could get the signal. */
  constructor(signalRuntime: (signal: number) => boolean) {
    this.#signalRuntime = signalRuntime
    void this.#forward()
  }

  /** A signal that came when the runtime had ended already, and that no container could get. */
  get inFlight(): number | undefined {
    return this.#isInFlight ? this.#waiting : undefined
  }

  /** The container exists. It gets the signal that waits. */
  turnToContainer(signalContainer: (signal: number) => void): void {
    this.#signalContainer = signalContainer
    if (this.#waiting !== undefined) signalContainer(this.#waiting)
  }

  /** Gives signals their default action back. */
  close(): void {
    this.#signals.close()
  }

  async #forward(): Promise<void> {
    for await (const { number } of this.#signals) {
      if (this.#signalContainer !== undefined) this.#signalContainer(number)
      else {
        this.#waiting = number
        this.#isInFlight = !this.#signalRuntime(number)
      }
    }
  }
}
