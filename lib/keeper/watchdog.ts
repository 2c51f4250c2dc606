import { constants } from 'node:os'
import { attempt, SextonError } from '../base/errors.js'
import { Deadline } from '../base/time.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { readStat } from '../system/proc.js'
import type { Connection } from './connection.js'
import { watchJobControl } from './job-control.js'
import type { KeeperSettings } from './settings.js'

const { SIGCONT, SIGKILL } = constants.signals

// Milliseconds that a keeper has to answer, before it is sent SIGCONT, and SIGKILL.
const ANSWER = 1000
const PATIENCE = 5000

/**
 * Sees to it that a keeper answers, and that it exits when its work is done. A job may stop its keeper, because both have
 * the same user. The watchdog continues a stopped keeper, and kills one that still does not answer.
 */
export class Watchdog {
  readonly #child: OwnedChild
  readonly #connection: Connection
  readonly #settings: KeeperSettings
  readonly #stopWatching: () => void
  readonly #limit: Deadline
  #answer: Deadline[] = []
  #exit: Deadline[] = []

  /** @param settings After their `timeout` the keeper ends the job, so that it must not be stopped. */
  constructor(child: OwnedChild, connection: Connection, settings: KeeperSettings) {
    this.#child = child
    this.#connection = connection
    this.#settings = settings
    this.#stopWatching = watchJobControl(() => this.#resume())
    // After the watch has begun: no signal tells again of a keeper that the job has stopped before.
    this.#resume()
    this.#limit = new Deadline(settings.timeout + ANSWER, () => this.demandAnswer()).unref()
  }

  /** Asks the keeper for an answer, and waits for it. */
  demandAnswer(): void {
    if (this.#answer.length > 0 || this.#connection.isClosed) return
    this.#connection.send('ping')
    this.#answer = this.#limitsAfter(0).map((each) => each.unref())
  }

  /** The keeper has answered. */
  answered(): void {
    for (const deadline of this.#answer) deadline.clear()
    this.#answer = []
  }

  /**
   * The keeper has reported that its work is done, so it exits soon. Or the connection is closed: then it ends the job
   * and exits. A keeper whose grace is endless has no more time than to exit, because it may be out of its mind.
   */
  demandExit(): void {
    this.#clearExit()
    if (this.#child.status !== undefined) return
    const { grace } = this.#settings
    // An open connection keeps this process alive, unless its caller does not want that.
    if (!this.#connection.isClosed) this.#exit = this.#limitsAfter(0).map((each) => each.unref())
    else this.#exit = this.#limitsAfter(Number.isFinite(grace) ? 2 * grace + ANSWER : 0)
  }

  /** The keeper has exited. A child of it that has not called exec yet may hold the other end of the socket. */
  exited(): void {
    this.answered()
    this.#clearExit()
    this.#limit.clear()
    this.#stopWatching()
    if (this.#connection.isClosed) return
    this.#exit = [new Deadline(ANSWER, () => this.#connection.close())]
  }

  #limitsAfter(milliseconds: number): Deadline[] {
    return [
      new Deadline(milliseconds + ANSWER, () => this.#child.kill(SIGCONT)),
      new Deadline(milliseconds + PATIENCE, () => this.#child.kill(SIGKILL)),
    ]
  }

  #clearExit(): void {
    for (const deadline of this.#exit) deadline.clear()
    this.#exit = []
  }

  // Any signal wakes a keeper that sleeps, because it polls a signalfd. So it gets none without need. But a look needs a
  // free descriptor, and a keeper that could not be looked at may be stopped.
  #resume(): void {
    const stat = attempt(() => readStat(this.#child.pid))
    if (stat instanceof SextonError || stat?.state === 'T') this.#child.kill(SIGCONT)
  }
}
