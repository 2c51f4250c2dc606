import { attempt, checkPid, quote, SextonError } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold, release } from '../base/process-life.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import type { Observation } from './observation.js'
import { observe } from './observe.js'

/** Which process it must be: see `openProcess()`. */
export interface OpenProcessOptions {
  /**
   * What `startTime` of an earlier handle, or of `descendants()`, was: clock ticks since boot. If the pid
   * belongs to a process with another start time by now, opening fails instead of hitting a stranger.
   * Default: whichever process has the pid. Needs a `/proc` that shows the process.
   */
  startTime?: number
}

const OPTION_NAMES: OptionNames<OpenProcessOptions> = { startTime: true }

/** A process that stays the same process: see `openProcess()`, which makes these. */
export class ProcessHandle implements Disposable {
  /** Its process id, which may belong to another process once it has been reaped. */
  readonly pid: number
  /**
   * When it was started, in clock ticks since boot (`/proc/<pid>/stat`). `undefined` if it had ended, or where the
   * system does not tell: without `/proc`, with that of another PID namespace, or if `hidepid` hides it.
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
   * Resolves when it has ended; see `waitForExit()`. Asking for it keeps this process alive until then.
   * Rejects with a `TypeError` if it is first asked for after the handle has been given back.
   */
  get exited(): Promise<ExitStatus> {
    this.#exited ??= this.#wait()
    return this.#exited
  }

  /**
   * Sends it a signal, and no other process, ever (on the back-ends without descriptors: its identity
   * is checked the instant before). False if it has ended, or the handle has been given back.
   *
   * @param signal Its name or number, default `'SIGTERM'`.
   * @throws {TypeError | RangeError} for an unknown signal.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if it is another user's.
   */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    const number = signalNumber(signal)
    return !this.#disposed && this.#observation.kill(number)
  }

  /** Gives the descriptor back. What already waits for `exited` still gets it. */
  [Symbol.dispose](): void {
    this.#disposed = true
    if (this.#exited === undefined || this.#ended) this.#observation.stop()
  }

  /** @internal */
  static of(observation: Observation, startTime: number | undefined): ProcessHandle {
    return new ProcessHandle(observation, startTime)
  }

  #wait(): Promise<ExitStatus> {
    if (this.#disposed) {
      return Promise.reject(new TypeError(`the handle of process ${this.pid} has been disposed of`))
    }
    hold()
    return this.#observation.exited.finally(() => {
      this.#ended = true
      release()
      if (this.#disposed) this.#observation.stop()
    })
  }
}

/**
 * Opens a process, so that signals and waits mean this one and never a later one with its pid.
 *
 * Give the handle back with `using` or `[Symbol.dispose]()`; on `pidfd` it holds a descriptor until then.
 *
 * @param pid The process, child or not; this one too.
 * @param options Which process it must be.
 * @throws {TypeError | RangeError} for a bad pid or start time.
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS` if there is none, or not the one with that start time;
 *   `ERR_UNSUPPORTED` if a start time is given where the system tells none; `ERR_SYSTEM` if the system
 *   has no descriptor left, be it for the process or for its start time.
 * @see pidfd_open(2), pidfd_send_signal(2)
 */
export function openProcess(pid: number, options: OpenProcessOptions = {}): ProcessHandle {
  checkOptionNames('openProcess()', options, OPTION_NAMES)
  const { startTime: wanted } = options
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 0)) {
    throw new RangeError(
      `startTime must be a count of clock ticks since boot, not ${quote(wanted)}`,
    )
  }
  const observation = observe(checkPid(pid), undefined)
  try {
    return ProcessHandle.of(observation, startTimeOf(observation, wanted))
  } catch (error) {
    observation.stop()
    throw error
  }
}

// A handle whose start time could not be read for want of a descriptor would later pass for one of a system
// that tells none, and a check against it would check nothing.
function startTimeOf(observation: Observation, wanted: number | undefined): number | undefined {
  const { pid } = observation
  const startTime = attempt(() => observation.startTime())
  if (startTime instanceof SextonError) {
    const { code, message, errno, syscall } = startTime
    if (wanted === undefined && code === 'ERR_UNSUPPORTED') return undefined
    throw new SextonError(code, `the start time of process ${pid} cannot be read: ${message}`, {
      ...{ pid, cause: startTime },
      ...(errno !== undefined && { errno }),
      ...(syscall !== undefined && { syscall }),
    })
  }
  if (wanted === undefined || startTime === wanted) return startTime
  const found = startTime === undefined ? 'it has ended' : `the pid is one started at ${startTime}`
  throw new SextonError(
    'ERR_NO_SUCH_PROCESS',
    `process ${pid} with start time ${wanted} is gone: ${found}`,
    { pid },
  )
}
