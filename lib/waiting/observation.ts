import type { ExitStatus } from '../exit/exit-status.js'

/**
 * A process whose end someone waits for. Each kind gets the status from its one owner: see the table
 * in the README, "Who takes which status".
 */
export interface Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  /** Looks now; whether it has ended. The status itself may take a moment longer. */
  check(): boolean
  /** Sends a signal to this very process; false if it is gone. */
  kill(signal: number): boolean
  /**
   * When it was started, in clock ticks since boot; `undefined` if it is gone.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` where the system does not tell, `ERR_SYSTEM`.
   */
  startTime(): number | undefined
  /** Waits no more and releases what the waiting held. `exited` stays pending. */
  stop(): void
}
