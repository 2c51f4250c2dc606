import { checkAbortSignal, onAbort, reasonOf, throwIfAborted } from '../base/abort.js'
import { checkPid, invalid, SextonError } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold } from '../base/process-life.js'
import { checkDuration, Deadline } from '../base/time.js'
import { type Backend, checkBackend } from '../exit/backend.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { ownedChild } from '../reaping/reaper.js'
import { takePart } from '../reaping/rehearsal.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import type { Observation } from './observation.js'
import { observe } from './observe.js'

/** Options of `waitForExit()`. */
export interface WaitOptions {
  /** The longest wait in milliseconds. 0 checks once. Default: `Infinity`, which means no limit. */
  timeout?: number
  /** When aborted, the wait rejects with the signal's reason. The process keeps running. Default: none. */
  signal?: AbortSignal
  /**
   * The action after `timeout`. `'throw'` (default): reject with `ERR_TIMEOUT` and leave the process running.
   * `'kill'`: send `killSignal`, then continue to wait without a limit.
   */
  onTimeout?: 'throw' | 'kill'
  /** The signal for `onTimeout: 'kill'`. A process may survive any signal but SIGKILL. Default `'SIGKILL'`. */
  killSignal?: SignalName | number
  /**
   * The back-end for a process that is not a child of this process's `spawn`. Default: the one that `backend()`
   * returns.
   */
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
 * Waits until a process has exited. The process may be a child of `spawn` or `child_process`, an adopted orphan,
 * which is then reaped, or any other process on the machine.
 *
 * The kernel shows the status of a process that is not a child if it belongs to the same user. On Linux 6.15 and
 * later it shows any status once the parent has reaped the process, for which `waitForExit()` allows one second.
 * Otherwise `known` is false. A worker thread waits for orphans that the main thread adopted, but does not reap
 * them.
 *
 * Back-ends other than `pidfd` look for a process that is not a child in `/proc`. If it is not visible there
 * (`/proc` is not mounted, shows another PID namespace, or hides it by `hidepid`), it counts as alive until its
 * parent reaps it. A later process that gets its pid meanwhile is then mistaken for it.
 *
 * The wait keeps the calling process alive. A process that exited in time never counts as timed out, however late
 * the event loop notices.
 *
 * @param pid The process. It must not be the calling one.
 * @param limits A timeout in milliseconds, or options.
 * @returns The exit status of the process.
 * @throws {TypeError | RangeError} if an argument is invalid, before anything is done.
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS` if there is no such process, for example because it was already
 *   reaped. `ERR_TIMEOUT` if it did not exit in time. `ERR_NOT_PERMITTED` if this user may not kill it.
 *   `ERR_UNSUPPORTED` if `backend` does not work here. `ERR_SYSTEM` if no descriptor is free.
 * @see pidfd_open(2), waitid(2), ioctl_pidfd(2)
 */
export async function waitForExit(
  pid: number,
  limits: number | WaitOptions = {},
): Promise<ExitStatus> {
  const options = checkOptions(typeof limits === 'object' ? limits : { timeout: limits })
  if (checkPid(pid) === process.pid) {
    throw new RangeError(
      `${invalid('pid', pid, 'another process')}: this process cannot await itself`,
    )
  }
  throwIfAborted(options.signal)
  const own = isUnlimited(options) ? ownedChild(pid) : undefined
  if (own !== undefined) return await endOf(own)
  const observation = observe(pid, options.backend)
  const release = hold()
  try {
    return await settle(observation, options)
  } finally {
    release()
    observation.stop()
  }
}

/** Milliseconds between two looks for the status of a process that has ended by its timeout. */
const LOOK_AGAIN = 100

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
    throw new RangeError(invalid('onTimeout', onTimeout, "'throw' or 'kill'"))
  }
  const killNumber = signalNumber(killSignal)
  return {
    timeout: checkDuration('timeout', timeout),
    signal: checkAbortSignal(signal),
    killNumber: onTimeout === 'kill' ? killNumber : undefined,
    backend: options.backend === undefined ? undefined : checkBackend(options.backend),
  }
}

function isUnlimited({ timeout, signal }: CheckedOptions): boolean {
  return timeout === Number.POSITIVE_INFINITY && signal === undefined
}

// Without an observation, because nothing can end this wait but the child. Most waits are like this.
function endOf(child: OwnedChild): Promise<ExitStatus> {
  const release = hold()
  return new Promise((resolve) => {
    child.onExit((status) => {
      release()
      resolve(status)
    })
  })
}

takePart(endOf)

function settle(observation: Observation, options: CheckedOptions): Promise<ExitStatus> {
  const { timeout, signal, killNumber } = options
  return new Promise((resolve, reject) => {
    // Check once more. In a turn of the loop timers run before exits, so in a delayed turn the process may have
    // exited long before its timeout.
    const expire = () => {
      // Its status may take a moment longer, or be found by the next look only.
      if (observation.check()) {
        deadline = new Deadline(LOOK_AGAIN, expire)
        return
      }
      if (killNumber === undefined) return finish(() => reject(timedOut(observation.pid, timeout)))
      try {
        observation.kill(killNumber)
      } catch (error) {
        finish(() => reject(error))
      }
    }
    const abort = () => finish(() => reject(reasonOf(signal)))
    const finish = (settle: () => void) => {
      deadline?.clear()
      stopListening()
      settle()
    }
    let deadline = timeout > 0 ? new Deadline(timeout, expire) : undefined
    const stopListening = onAbort(signal, abort)
    observation.exited.then(
      (status) => finish(() => resolve(status)),
      (error) => finish(() => reject(error)),
    )
    if (timeout === 0) expire()
  })
}

function timedOut(pid: number, timeout: number): SextonError {
  return new SextonError('ERR_TIMEOUT', `process ${pid} did not exit within ${timeout} ms`, {
    pid,
  })
}
