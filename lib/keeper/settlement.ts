import { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { type JobGroups, removeGroups } from './groups.js'
import { type Ended, Outcome } from './outcome.js'
import type { Remains } from './remains.js'

/** How the promises of a job settle: by the reports of its keeper, or by what is found without it. */
export class Settlement {
  readonly #outcome = new Outcome()
  readonly #remains: Remains
  readonly #groups: JobGroups | undefined
  #isDecided = false

  /** @param groups The cgroups that were made for the job. */
  constructor(remains: Remains, groups: JobGroups | undefined) {
    this.#remains = remains
    this.#groups = groups
  }

  get started(): Promise<number> {
    return this.#outcome.started
  }

  get exited(): Promise<ExitStatus> {
    return this.#outcome.exited
  }

  get ended(): Promise<Ended> {
    return this.#outcome.ended
  }

  /** Whether it is known how the job ends. `ended` may still be pending. */
  get isDecided(): boolean {
    return this.#isDecided
  }

  /** The command was started. */
  start(pid: number): void {
    this.#outcome.start(pid)
  }

  /** The command has exited. */
  exit(status: ExitStatus): void {
    this.#outcome.exit(status)
  }

  /** Nothing was started, so there is nothing to end. */
  fail(error: SextonError): void {
    this.#outcome.fail(error)
    this.#end({ kept: 0, left: 0 })
  }

  /** The keeper has ended the job. If it has given up, it reports no exit of a command that still runs. */
  async end(keeper: number, { kept, left }: { kept: number; left: number }): Promise<void> {
    this.#isDecided = true
    const rest = left === 0 ? 0 : await this.#remains.settle(left)
    if (left > 0) this.#outcome.fail(this.#remains.failure(keeper))
    this.#end({ kept, left: rest })
  }

  /**
   * The keeper has ended before the job. Ends what is left.
   *
   * @param how How the keeper has ended.
   */
  async endWithout(keeper: number, how: string, cause: SextonError | undefined): Promise<void> {
    this.#isDecided = true
    await this.#remains.endByMark()
    const { searchFailure, count, names } = this.#remains
    const left = count === 0 ? '' : `\nProcesses of it live on: ${names}`
    const unknown =
      searchFailure === undefined ? left : `\nIts processes may live on: ${searchFailure}`
    const message = `the keeper of a job has ended before the job (${how})${unknown}`
    const details = { pid: keeper, cause: searchFailure ?? cause }
    const error = new SextonError('ERR_SYSTEM', message, details)
    this.#outcome.fail(error)
    this.#end({ kept: 0, left: count, error })
  }

  // The keeper removes the groups, unless it was killed, or refused to start before it knew them.
  #end(ended: Ended): void {
    this.#isDecided = true
    const end = () => this.#outcome.end(ended)
    if (this.#groups === undefined) end()
    else void removeGroups(this.#groups, ended.left > 0).then(end)
  }
}
