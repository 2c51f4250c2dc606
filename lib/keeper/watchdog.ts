import { constants } from 'node:os'
import { Deadline } from '../base/time.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { readStat } from '../system/proc.js'
import { unlessUnsupported } from '../system/proc-access.js'
import type { Connection } from './connection.js'
import { watchJobControl } from './job-control.js'

const { SIGCONT, SIGKILL } = constants.signals

// Milliseconds that a keeper has to answer, before it is sent SIGCONT, and SIGKILL.
const ANSWER = 1000
const PATIENCE = 5000

/**
 * Sees to it that a keeper answers. The job may stop its keeper, because both have the same user. Then the keeper is
 * continued, and killed if that does not help.
 */
export class Watchdog {
  readonly #child: OwnedChild
  readonly #connection: Connection
  readonly #stopWatching: () => void
  readonly #limit: Deadline
  #deadlines: Deadline[] = []

  /** @param timeout Milliseconds after which the keeper ends the job, so that it must not be stopped. */
  constructor(child: OwnedChild, connection: Connection, timeout: number) {
    this.#child = child
    this.#connection = connection
    this.#stopWatching = watchJobControl(() => this.#resume())
    // After the watch has begun: no signal tells again of a keeper that the job has stopped before.
    this.#resume()
    this.#limit = new Deadline(timeout + ANSWER, () => this.demandAnswer()).unref()
  }

  /** Asks the keeper for an answer, and waits for it. */
  demandAnswer(): void {
    if (this.#deadlines.length > 0 || this.#connection.isClosed) return
    this.#connection.send('ping')
    this.#deadlines = [
      new Deadline(ANSWER, () => this.#send(SIGCONT)).unref(),
      new Deadline(PATIENCE, () => this.#send(SIGKILL)).unref(),
    ]
  }

  /** The keeper has answered. */
  answered(): void {
    for (const deadline of this.#deadlines) deadline.clear()
    this.#deadlines = []
  }

  /** The keeper has exited. A child of it that has not called exec yet may hold the other end of the socket. */
  exited(): void {
    this.answered()
    this.#limit.clear()
    this.#stopWatching()
    if (this.#connection.isClosed) return
    this.#deadlines = [new Deadline(ANSWER, () => this.#connection.close())]
  }

  #send(signal: number): void {
    this.#child.kill(signal)
  }

  #resume(): void {
    const stat = unlessUnsupported(() => readStat(this.#child.pid))
    if (stat?.state === 'T') this.#send(SIGCONT)
  }
}
