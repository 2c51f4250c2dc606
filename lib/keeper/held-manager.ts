import { Draft } from './draft.js'
import type { HeldDescriptors } from './held-descriptors.js'
import type { HoldConnection } from './hold-connection.js'
import type { KeeperFacts } from './keeper-facts.js'
import type { Progress } from './tellings.js'

/** The manager of a held container. Its keeper tells it things, and notes what it has told. */
export class HeldManager {
  readonly #connection: HoldConnection
  readonly #facts: KeeperFacts
  readonly #fds: HeldDescriptors

  constructor(connection: HoldConnection, facts: KeeperFacts, fds: HeldDescriptors) {
    this.#connection = connection
    this.#facts = facts
    this.#fds = fds
  }

  /** The progress that the keeper has noted, for this server or an earlier one. */
  get progress(): Progress {
    return this.#facts.tellings.told
  }

  /** Notes for the next server what the manager has been told. After 3 the keeper writes no exit files. */
  advance(progress: Progress): void {
    this.#connection.send('progress', progress)
  }

  /**
   * Has the keeper write a text to the pipe to the manager, and note this progress, in one step. If an earlier server has
   * noted as much, the manager has been told already, and hears nothing. The caller awaits one text before the next.
   *
   * @returns Resolves when the keeper has done that. Rejects if it was killed before, as far as is known: then `untold()`
   *   has what the manager has not got.
   */
  tell(progress: Progress, text: string): Promise<void> {
    const { tellings } = this.#facts
    const confirmed = tellings.confirmation(progress)
    this.#draft.write(text)
    if (!this.#connection.send('tell', progress)) tellings.abandon(this.#facts.lostError())
    return confirmed
  }

  /** Takes what a keeper that was killed has not told the manager of the last text. */
  untold(): Buffer {
    return this.#draft.rest()
  }

  get #draft(): Draft {
    return new Draft(this.#fds.get('draft') as number)
  }
}
