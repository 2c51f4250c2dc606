import { checkPid, invalid } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold } from '../base/process-life.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import type { Observation } from './observation.js'
import { observeAs } from './observe-as.js'

/** Options of `openProcess()`. */
export interface OpenProcessOptions {
  /**
   * The start time that the process must have, in clock ticks since boot: the `startTime` of an earlier handle,
   * or of `descendants()`. If the pid now belongs to a process with another start time, `openProcess()` throws
   * instead of opening a stranger. Default: any process with the pid. Needs a `/proc` that shows the process.
   */
  startTime?: number
}

const OPTION_NAMES: OptionNames<OpenProcessOptions> = { startTime: true }

/** A handle that always means the same process. `openProcess()` creates it. */
export class ProcessHandle implements Disposable {
  /** Its process id, which may belong to another process after this one has been reaped. */
  readonly pid: number
  /**
   * Its start time in clock ticks since boot (`/proc/<pid>/stat`). `undefined` if it had already exited, or if the
   * system does not show it: `/proc` is not mounted, shows another PID namespace, or hides the process (`hidepid`).
   */
  readonly startTime: number | undefined
  readonly #observation: Observation
  #exited: Promise<ExitStatus> | undefined
  #ended = false
  #disposed = false

  private constructor(observation: Observation, startTime: number | undefined) {
    this.#observation = observation
    this.pid = observation.pid
    this.startTime = startTime
  }

  /**
   * A promise that resolves with the exit status when the process has exited: see `waitForExit()`. Reading this
   * property keeps the calling process alive until then. The promise rejects with a `TypeError` if the property
   * is first read after the handle was disposed of.
   */
  get exited(): Promise<ExitStatus> {
    this.#exited ??= this.#wait()
    return this.#exited
  }

  /**
   * Sends a signal to this process and never to another one. Back-ends other than `pidfd` check its identity
   * immediately before the signal.
   *
   * @param signal The signal's name or number, default `'SIGTERM'`.
   * @returns Whether the signal was sent. False if the process has exited or the handle was disposed of.
   * @throws {TypeError | RangeError} if the signal is unknown.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if this user may not signal the process.
   */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    const number = signalNumber(signal)
    return !this.#disposed && this.#observation.kill(number)
  }

  /** Closes the descriptor. A promise `exited` that was read before still resolves. */
  [Symbol.dispose](): void {
    this.#disposed = true
    if (this.#exited === undefined || this.#ended) this.#observation.stop()
  }

  /** @internal */
  static of(observation: Observation, startTime: number | undefined): ProcessHandle {
    return new ProcessHandle(observation, startTime)
  }

  /**
   * Whether the process lives. A handle that was disposed of cannot tell, and says no.
   *
   * @internal
   */
  isAlive(): boolean {
    return !this.#disposed && !this.#observation.check()
  }

  #wait(): Promise<ExitStatus> {
    if (this.#disposed) {
      const message = `the handle of process ${this.pid} was disposed of before exited was read`
      return Promise.reject(new TypeError(message))
    }
    const release = hold()
    return this.#observation.exited.finally(() => {
      this.#ended = true
      release()
      if (this.#disposed) this.#observation.stop()
    })
  }
}

/**
 * Opens a handle of a process. Signals and waits through the handle never reach a later process with its pid.
 *
 * Dispose of the handle with `using` or `[Symbol.dispose]()`. On the back-end `pidfd` it holds a descriptor
 * until then.
 *
 * @param pid The process. It may be any process, even the calling one.
 * @param options The start time that the process must have.
 * @returns The handle.
 * @throws {TypeError | RangeError} if the pid or the start time is invalid.
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS` if no process has the pid, or if its start time differs.
 *   `ERR_UNSUPPORTED` if a start time is given and the system does not show start times. `ERR_SYSTEM` if no
 *   descriptor is free.
 * @see pidfd_open(2), pidfd_send_signal(2)
 */
export function openProcess(pid: number, options: OpenProcessOptions = {}): ProcessHandle {
  checkOptionNames('openProcess()', options, OPTION_NAMES)
  const { startTime: wanted } = options
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 0)) {
    throw new RangeError(invalid('startTime', wanted, 'a count of clock ticks since boot'))
  }
  const { observation, startTime } = observeAs(checkPid(pid), wanted)
  return ProcessHandle.of(observation, startTime)
}
