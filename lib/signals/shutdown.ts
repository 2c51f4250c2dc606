import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { invalid, SextonError } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { checkDuration } from '../base/time.js'
import type { SignalName } from '../system/signal-names.js'
import { OrderlyExit, ProcessEnd, type ShutdownPlan } from './orderly-exit.js'
import type { ReceivedSignal } from './origin.js'
import { checkSignals } from './signals.js'
import { drainSignals, type SignalListener, subscribe, unsubscribe } from './subscriptions.js'
import { beSeen } from './visible-listener.js'

/** Options of `shutdown()`. */
export interface ShutdownOptions {
  /**
   * The most milliseconds that the handler may take. Afterwards the process exits with 128 + the signal's number.
   * `Infinity` means no limit. Default: 8000, because `docker stop` kills after ten seconds.
   */
  timeout?: number
  /** The signals that start the shutdown. Default `['SIGTERM', 'SIGINT', 'SIGHUP']`. */
  signals?: Iterable<SignalName | number>
  /**
   * What ends the process before its handler is done. `'second-signal'` (default): another of these signals, with
   * exit code 128 + its number, or `timeout`. `'never'`: only `timeout`.
   */
  force?: 'second-signal' | 'never'
  /**
   * Receives a line for each step of the shutdown, with the sender of the signal. Errors that it throws are
   * ignored. Default: a function that writes the line to standard error, and loses it if that fails.
   *
   * @param line The text, without a newline.
   */
  log?: (line: string) => void
}

const OPTION_NAMES: OptionNames<ShutdownOptions> = {
  timeout: true,
  signals: true,
  force: true,
  log: true,
}

const SIGNALS: readonly SignalName[] = ['SIGTERM', 'SIGINT', 'SIGHUP']
const TIMEOUT = 8000

const end = new ProcessEnd()

/**
 * Shuts this process down cleanly when a signal asks for it. It calls `handler`, waits for the promise that the
 * handler may return, and exits with `process.exitCode`, or 0. If the handler throws or rejects, the error is
 * logged and the exit code is 1. If the handler takes longer than `timeout`, or a second signal comes, the exit
 * code is 128 + the signal's number.
 *
 * - The start and a forced end are logged with the sender: `SIGTERM from pid 1234 (uid 0, containerd-shim):
 *   shutting down`.
 * - Several signals of one request count once. Examples are a Ctrl-C that `npm` forwards, a Ctrl-C that a parent
 *   answers with SIGTERM, and an init that signals the child and its group. A signal belongs to the same request if
 *   it comes within half a second from another sender, or within a twentieth of a second from any sender.
 * - `process.on('SIGTERM')` listeners and `Signals` keep working. `process.listenerCount()` includes a listener of
 *   the shutdown, so that other libraries see that the signal is handled.
 * - Several shutdowns may be installed. All handlers run. The process exits when the last one is done, or when the
 *   shortest `timeout` is over.
 * - It does not keep the process alive before a signal comes. `'exit'` listeners run at the end.
 * - A blocked event loop delays the shutdown, so `timeout` is not a watchdog.
 * - If the terminal on which Node was started has been closed, a Node without the fix of nodejs/node#51519 (such as
 *   20) aborts at the very end, after all this.
 *
 * Main thread only, because a worker can only end itself.
 *
 * @param handler The work to do before the exit: close servers, finish jobs.
 * @param options The signals, the time limit and the log.
 * @returns An object whose `[Symbol.dispose]()` removes the shutdown and restores the previous actions of the
 *   signals. A handler that has started continues.
 * @throws {TypeError | RangeError} if an argument is invalid.
 * @throws {SextonError} `ERR_UNSUPPORTED` in a worker thread.
 * @see signal(7)
 */
export function shutdown(
  handler: (signal: ReceivedSignal) => unknown,
  options: ShutdownOptions = {},
): Disposable {
  if (typeof handler !== 'function') {
    throw new TypeError(invalid('handler', handler, 'a function'))
  }
  checkOptionNames('shutdown()', options, OPTION_NAMES, { grace: 'Use timeout.' })
  const {
    timeout = TIMEOUT,
    signals = SIGNALS,
    force = 'second-signal',
    log = writeError,
  } = options
  checkDuration('timeout', timeout)
  const numbers = checkSignals(signals)
  if (force !== 'second-signal' && force !== 'never') {
    throw new RangeError(invalid('force', force, "'second-signal' or 'never'"))
  }
  if (typeof log !== 'function') throw new TypeError(invalid('log', log, 'a function'))
  if (!isMainThread) {
    throw new SextonError('ERR_UNSUPPORTED', 'shutdown() needs the main thread')
  }
  return new Shutdown(handler, { timeout, numbers, force, log })
}

class Shutdown implements SignalListener, Disposable {
  readonly #exit: OrderlyExit
  readonly #numbers: ReadonlySet<number>
  readonly #visible: readonly (() => void)[]

  constructor(handler: (signal: ReceivedSignal) => unknown, plan: ShutdownPlan) {
    this.#exit = new OrderlyExit(handler, plan, end)
    this.#numbers = plan.numbers
    subscribe(this, plan.numbers)
    this.#visible = this.#names().map(beSeen)
  }

  receive(signal: ReceivedSignal): void {
    this.#exit.receive(signal)
  }

  [Symbol.dispose](): void {
    drainSignals()
    unsubscribe(this, this.#numbers)
    for (const leave of this.#visible) leave()
  }

  /** Returns the names of the signals that Node knows. Realtime signals have no names there. */
  #names(): NodeJS.Signals[] {
    const names = Object.entries(constants.signals) as [NodeJS.Signals, number][]
    return names.filter(([, number]) => this.#numbers.has(number)).map(([name]) => name)
  }
}

// Writes directly, because console.error fails after the reader of a pipe has exited, as on a Ctrl-C in
// `app | tee log`: the first failure is silent, and the second one ends the process.
function writeError(line: string): void {
  writeSync(2, `${line}\n`)
}
