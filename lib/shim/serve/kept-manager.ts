import type { HeldContainer } from '../../keeper/held-container.js'
import type { Progress } from '../../keeper/tellings.js'
import { type Manager, ManagerPipe } from '../manager-pipe.js'

/**
 * The pipe to a manager, into which the keeper of a container writes: it notes each message in the same step, so no next
 * server tells it again. If the keeper is killed before it has confirmed a message, this process writes the rest.
 */
export class KeptManager implements Manager {
  readonly #held: HeldContainer
  #last: Promise<void> = Promise.resolve()

  constructor(held: HeldContainer) {
    this.#held = held
  }

  write(text: string, progress: Progress): void {
    this.#last = this.#last.then(() => this.#tell(text, progress))
  }

  close(): void {
    this.#last = this.#last.then(() => this.#held.drop('manager'))
  }

  /** Resolves when the manager has been told everything. */
  done(): Promise<void> {
    return this.#last
  }

  async #tell(text: string, progress: Progress): Promise<void> {
    const { manager } = this.#held
    // An earlier server has told it, and some managers take a second number for another thing.
    if (progress > 0 && progress <= manager.progress) return
    try {
      await manager.tell(progress, text)
    } catch {
      new ManagerPipe(this.#held.fd('manager')).writeBytes(manager.untold())
    }
  }
}
