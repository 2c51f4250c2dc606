import type { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'

/** How everything of a job has ended. */
export interface Ended {
  /** The number of processes that were named by `keep()` and live on. */
  kept: number
  /** The number of processes that could not be ended. Events `left` name them. */
  left: number
  /** The end of the keeper, if it could not finish its work. */
  error?: SextonError
}

/** The three promises of a job. Each settles once, and later calls do nothing. */
export class Outcome {
  readonly started: Promise<number>
  readonly exited: Promise<ExitStatus>
  readonly ended: Promise<Ended>
  #isEnded = false
  #start!: (pid: number) => void
  #exit!: (status: ExitStatus) => void
  #end!: (ended: Ended) => void
  readonly #failures: ((error: SextonError) => void)[] = []

  constructor() {
    this.started = new Promise((resolve, reject) => {
      this.#start = resolve
      this.#failures.push(reject)
    })
    this.exited = new Promise((resolve, reject) => {
      this.#exit = resolve
      this.#failures.push(reject)
    })
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    // Both reject for one reason, and nobody need wait for both.
    this.started.catch(() => {})
    this.exited.catch(() => {})
  }

  /** Whether `ended` has resolved. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  start(pid: number): void {
    this.#start(pid)
  }

  exit(status: ExitStatus): void {
    this.#exit(status)
  }

  fail(error: SextonError): void {
    for (const reject of this.#failures) reject(error)
  }

  end(ended: Ended): void {
    this.#isEnded = true
    this.#end(ended)
  }
}
