import { checkAbortSignal, onAbort } from '../base/abort.js'
import { checkPid, quote, SextonError } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold, release } from '../base/process-life.js'
import { checkDuration, Deadline } from '../base/time.js'
import { type Backend, checkBackend } from '../exit/backend.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import type { Observation } from './observation.js'
import { observe } from './observe.js'

/** How long to wait, and what then: see `waitForExit()`. */
export interface WaitOptions {
  /** Milliseconds; 0 looks once, `Infinity` (default) waits for ever. */
  timeout?: number
  /** Ends the wait when aborted: it rejects with the signal's reason, the process runs on. */
  signal?: AbortSignal
  /**
   * `'throw'` (default): reject with `ERR_TIMEOUT` and leave the process running. `'kill'`: send
   * `killSignal`, then go on waiting, now without a limit.
   */
  onTimeout?: 'throw' | 'kill'
  /** The signal for `onTimeout: 'kill'`, default `'SIGKILL'`. A process may survive any other. */
  killSignal?: SignalName | number
  /** Overrides the choice of back-end for a process that is no child of `spawn` here. */
  backend?: Backend
}

const OPTION_NAMES: OptionNames<WaitOptions> = {
  timeout: true,
  signal: true,
  onTimeout: true,
  killSignal: true,
  backend: true,
}

/**
 * Waits until a process has ended, and tells how: its own children by `spawn` or `child_process`,
 * adopted orphans (which it reaps), and any other process on the machine.
 *
 * A process that is no child of this one has its status told by the kernel if it is the same user's,
 * and if its parent reaps it within a second on Linux 6.15 or later; otherwise `known` is false. In a
 * worker thread, orphans that the main thread adopted are waited for but not reaped.
 *
 * Other back-ends than `pidfd` find a process that is no child of this one in `/proc`. Where that does not show
 * it (no `/proc`, or that of another PID namespace, or `hidepid`), it counts as alive until its parent has
 * reaped it, and a later process that gets its pid meanwhile is not told from it.
 *
 * While it waits the process stays alive. A process that ended in time never counts as timed out,
 * however late the event loop comes to look.
 *
 * @param pid The process; not this one.
 * @param limits A timeout in milliseconds, or options.
 * @throws {TypeError | RangeError} for bad arguments, before anything is done.
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS` if there is none, also if it was reaped already;
 *   `ERR_TIMEOUT`; `ERR_NOT_PERMITTED` if it may not be killed; `ERR_UNSUPPORTED` if `backend` does
 *   not work here; `ERR_SYSTEM` if the system has no descriptor left.
 * @see pidfd_open(2), waitid(2), ioctl_pidfd(2)
 */
export async function waitForExit(
  pid: number,
  limits: number | WaitOptions = {},
): Promise<ExitStatus> {
  const options = checkOptions(typeof limits === 'object' ? limits : { timeout: limits })
  if (checkPid(pid) === process.pid) {
    throw new RangeError(`pid ${pid} is this process itself, whose end it cannot see`)
  }
  options.signal?.throwIfAborted()
  const observation = observe(pid, options.backend)
  hold()
  try {
    return await settle(observation, options)
  } finally {
    release()
    observation.stop()
  }
}

interface CheckedOptions {
  timeout: number
  signal: AbortSignal | undefined
  killNumber: number | undefined
  backend: Backend | undefined
}

function checkOptions(options: WaitOptions): CheckedOptions {
  checkOptionNames('waitForExit()', options, OPTION_NAMES)
  const { timeout = Number.POSITIVE_INFINITY, signal, onTimeout = 'throw' } = options
  const { killSignal = 'SIGKILL' } = options
  if (onTimeout !== 'throw' && onTimeout !== 'kill') {
    throw new RangeError(`onTimeout must be 'throw' or 'kill', not ${quote(onTimeout)}`)
  }
  const killNumber = signalNumber(killSignal)
  return {
    timeout: checkDuration('timeout', timeout),
    signal: checkAbortSignal(signal),
    killNumber: onTimeout === 'kill' ? killNumber : undefined,
    backend: options.backend === undefined ? undefined : checkBackend(options.backend),
  }
}

function settle(observation: Observation, options: CheckedOptions): Promise<ExitStatus> {
  const { timeout, signal, killNumber } = options
  return new Promise((resolve, reject) => {
    // Timers come before exits in a turn of the loop: one that was held up would call a process late
    // that had long ended. So look once more before judging.
    const expire = () => {
      if (observation.check()) return
      if (killNumber === undefined) return finish(() => reject(timedOut(observation.pid, timeout)))
      try {
        observation.kill(killNumber)
      } catch (error) {
        finish(() => reject(error))
      }
    }
    const abort = () => finish(() => reject(signal?.reason))
    const finish = (settle: () => void) => {
      deadline?.clear()
      stopListening()
      settle()
    }
    const deadline = timeout > 0 ? new Deadline(timeout, expire) : undefined
    const stopListening = onAbort(signal, abort)
    observation.exited.then(
      (status) => finish(() => resolve(status)),
      (error) => finish(() => reject(error)),
    )
    if (timeout === 0) expire()
  })
}

function timedOut(pid: number, timeout: number): SextonError {
  return new SextonError('ERR_TIMEOUT', `process ${pid} has not ended within ${timeout} ms`, {
    pid,
  })
}
