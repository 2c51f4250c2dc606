import { Fact } from './fact.js'

/**
 * How much of a container's life its manager has been told: 1, the pid; 2, the end, by a message; 3, the end, by exit
 * files, or that there is no container.
 */
export type Progress = 0 | 1 | 2 | 3

/** The messages to a manager. The keeper confirms each one that it has written. */
export class Tellings {
  #told: Progress = 0
  #waiting: { progress: Progress; confirmed: Fact<void> }[] = []

  /** The progress that the keeper has noted. */
  get told(): Progress {
    return this.#told
  }

  /** Resolves when the keeper has noted this progress. Rejects if it was killed before, as far as is known. */
  confirmation(progress: Progress): Promise<void> {
    const confirmed = new Fact<void>()
    this.#waiting.push({ progress, confirmed })
    return confirmed.promise
  }

  confirm(told: Progress): void {
    this.#told = told
    const isDone = ({ progress }: { progress: Progress }) => progress <= told
    for (const { confirmed } of this.#waiting.filter(isDone)) confirmed.resolve()
    this.#waiting = this.#waiting.filter((each) => !isDone(each))
  }

  abandon(error: Error): void {
    for (const { confirmed } of this.#waiting.splice(0)) confirmed.reject(error)
  }
}
