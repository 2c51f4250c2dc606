import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import { inspect } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { quote, SextonError } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold, isExiting } from '../base/process-life.js'
import { checkDuration, Deadline, monotonicNow } from '../base/time.js'
import type { SignalName } from '../system/signal-names.js'
import { EndRequest } from './end-request.js'
import { describeSender, type ReceivedSignal } from './origin.js'
import { checkSignals } from './signals.js'
import { drainSignals, type SignalListener, subscribe, unsubscribe } from './subscriptions.js'
import { beSeen, beUnseen } from './visible-listener.js'

/** When `shutdown()` begins, and how long it may take. */
export interface ShutdownOptions {
  /**
   * Milliseconds that the handler has, default 8000: less than the ten seconds after which `docker stop`
   * kills. `Infinity` for no limit. When they are over the process exits with 128 + the signal's number.
   */
  timeout?: number
  /** Which signals begin it, default `['SIGTERM', 'SIGINT', 'SIGHUP']`. */
  signals?: Iterable<SignalName | number>
  /**
   * `'second-signal'` (default): another of these signals ends the process at once, with 128 + its
   * number. `'never'`: only `timeout` does.
   */
  force?: 'second-signal' | 'never'
  /**
   * Gets each line that says what happens and who asked for it; default: it is written to standard
   * error, and lost if that fails. What it throws is ignored.
   *
   * @param line Without a line end.
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

/** Handlers that have begun, of all shutdowns: the last to be done lets the process go. */
let busy = 0
let failed = false

/**
 * Shuts this process down in good order when a signal asks for it: calls `handler`, waits for what it
 * returns, and exits with `process.exitCode`, or 0. If it throws or rejects, that is logged, and the exit
 * code is 1; if it takes longer than `timeout`, or a second signal comes, 128 + the signal's number.
 *
 * - The beginning and a forced end are logged with the sender: `SIGTERM from pid 1234 (uid 0,
 *   containerd-shim): shutting down`.
 * - One request that comes as several signals counts once: a Ctrl-C from the terminal that `npm` hands on, or
 *   that a parent answers with SIGTERM; an init that signals the child and its group. That is what comes
 *   within half a second from another sender, or within a twentieth from anyone.
 * - `process.on('SIGTERM')` listeners and `Signals` go on working beside it, and see that someone listens:
 *   it has listeners there itself. Of several shutdowns all handlers run, and the process exits when the
 *   last is done, or the shortest `timeout` is over.
 * - It does not keep the process alive before a signal comes. `'exit'` listeners run at the end.
 * - What a blocked event loop cannot be told of waits: `timeout` is no watchdog.
 * - A Node without the fix of nodejs/node#51519 (20 is one) aborts in its last moment, after all this, when
 *   the terminal that it was started on has been closed.
 *
 * Main thread only: a worker can only end itself.
 *
 * @param handler What is to be done in the end: close servers, finish jobs.
 * @param options When it begins, and how long it may take.
 * @returns `[Symbol.dispose]()` takes it back: what was in force for the signals is again. A handler that
 *   has begun goes on.
 * @throws {TypeError | RangeError} for bad options.
 * @throws {SextonError} `ERR_UNSUPPORTED` in a worker thread.
 * @see signal(7)
 */
export function shutdown(
  handler: (signal: ReceivedSignal) => unknown,
  options: ShutdownOptions = {},
): Disposable {
  if (typeof handler !== 'function') {
    throw new TypeError(`handler must be a function, not ${quote(handler)}`)
  }
  checkOptionNames('shutdown()', options, OPTION_NAMES, { grace: 'use timeout' })
  const {
    timeout = TIMEOUT,
    signals = SIGNALS,
    force = 'second-signal',
    log = writeError,
  } = options
  checkDuration('timeout', timeout)
  const numbers = checkSignals(signals)
  if (force !== 'second-signal' && force !== 'never') {
    throw new RangeError(`force must be 'second-signal' or 'never', not ${quote(force)}`)
  }
  if (typeof log !== 'function') throw new TypeError(`log must be a function, not ${quote(log)}`)
  if (!isMainThread) {
    throw new SextonError('ERR_UNSUPPORTED', 'shutdown() is for the main thread')
  }
  return new Shutdown(handler, { timeout, numbers, force, log })
}

interface Plan {
  timeout: number
  numbers: ReadonlySet<number>
  force: 'second-signal' | 'never'
  log: (line: string) => void
}

class Shutdown implements SignalListener, Disposable {
  readonly #handler: (signal: ReceivedSignal) => unknown
  readonly #plan: Plan
  #begun = false
  #request: EndRequest | undefined

  constructor(handler: (signal: ReceivedSignal) => unknown, plan: Plan) {
    this.#handler = handler
    this.#plan = plan
    subscribe(this, plan.numbers)
    for (const name of this.#names()) beSeen(name)
  }

  receive(signal: ReceivedSignal): void {
    if (isExiting()) return
    const at = monotonicNow()
    if (this.#request?.isEcho(signal, at)) return
    this.#request = new EndRequest(signal, at)
    if (!this.#begun) this.#begin(signal)
    else if (this.#plan.force === 'second-signal') this.#end(signal, 'a second signal, ending now')
  }

  [Symbol.dispose](): void {
    drainSignals()
    unsubscribe(this, this.#plan.numbers)
    for (const name of this.#names()) beUnseen(name)
  }

  // Counted before the handler runs: another shutdown's that is done at once would end the process.
  #begin(signal: ReceivedSignal): void {
    this.#begun = true
    busy += 1
    hold() // for good: it ends by exit
    const { timeout } = this.#plan
    const late = `not done after ${timeout} ms, ending now`
    const deadline = new Deadline(timeout, () => this.#end(signal, late))
    this.#say(() => `${signal.name} from ${describeSender(signal.origin)}: shutting down`)
    Promise.resolve(signal)
      .then(this.#handler)
      .catch((error: unknown) => {
        failed = true
        this.#say(() => `shutting down has failed: ${inWords(error)}`)
      })
      .then(() => {
        deadline.clear()
        busy -= 1
        if (failed) process.exitCode = 1
        // Without an argument: `undefined` would be 0, whatever exitCode is.
        if (busy === 0) process.exit()
      })
  }

  #end(signal: ReceivedSignal, why: string): never {
    this.#say(() => `${signal.name} from ${describeSender(signal.origin)}: ${why}`)
    process.exit(128 + signal.number)
  }

  // To be told must not cost the end in good order: neither a log that fails, nor an error that cannot be
  // put into words.
  #say(line: () => string): void {
    try {
      this.#plan.log(line())
    } catch {}
  }

  /** Those that Node knows, which are not the realtime ones. */
  #names(): NodeJS.Signals[] {
    const names = Object.entries(constants.signals) as [NodeJS.Signals, number][]
    return names.filter(([, number]) => this.#plan.numbers.has(number)).map(([name]) => name)
  }
}

function inWords(error: unknown): string {
  return typeof error === 'string' ? error : inspect(error)
}

// Not console.error: once a reader has gone, which Ctrl-C brings about in `app | tee log`, Node lets it
// fail in silence once, and the second time, which may be the handler's first, end the process.
function writeError(line: string): void {
  writeSync(2, `${line}\n`)
}
