import { isMainThread } from 'node:worker_threads'
import { monotonicNow } from './clock.js'
import { checkDuration, Deadline } from './deadline.js'
import { quote, SextonError } from './errors.js'
import { isExiting } from './exiting.js'
import { hold } from './keep-alive.js'
import type { ReceivedSignal } from './received-signal.js'
import { describeSender } from './sender.js'
import type { SignalName } from './signal-names.js'
import {
  drainSignals,
  type SignalListener,
  subscribe,
  unsubscribe,
} from './signal-subscriptions.js'
import { checkSignals } from './signals.js'

/** When `shutdown()` begins, and how long it may take. */
export interface ShutdownOptions {
  /**
   * Milliseconds that the handler has, default 8000: less than the ten seconds after which `docker stop`
   * kills. `Infinity` for no limit. When they are over the process exits with 128 + the signal's number.
   */
  grace?: number
  /** Which signals begin it, default `['SIGTERM', 'SIGINT', 'SIGHUP']`. */
  signals?: Iterable<SignalName | number>
  /**
   * `'second-signal'` (default): another of these signals ends the process at once, with 128 + its
   * number. `'never'`: only `grace` does.
   */
  force?: 'second-signal' | 'never'
  /**
   * Gets each line that says what happens and who asked for it; default `console.error`.
   *
   * @param line Without a line end.
   */
  log?: (line: string) => void
}

const SIGNALS: readonly SignalName[] = ['SIGTERM', 'SIGINT', 'SIGHUP']
const GRACE = 8000

// A Ctrl-C goes to the whole foreground group, and npm, a shell script's trap or an init forwards it once more.
const ECHO = 500

/** Handlers that have begun, of all shutdowns: the last to be done lets the process go. */
let busy = 0
let failed = false

/**
 * Shuts this process down in good order when a signal asks for it: calls `handler`, waits for what it
 * returns, and exits with `process.exitCode`, or 0. If it throws or rejects, that is logged, and the exit
 * code is 1; if it takes longer than `grace`, or a second signal comes, 128 + the signal's number.
 *
 * - Each step is logged with the sender: `SIGTERM from pid 1234 (uid 0, containerd-shim): shutting down`.
 * - A Ctrl-C that comes twice, from the terminal and from a parent that forwards it, counts once: the same
 *   signal within half a second, one of the two from the kernel and one from a process.
 * - `process.on('SIGTERM')` listeners and `Signals` go on working beside it. Of several shutdowns all
 *   handlers run, and the process exits when the last is done.
 * - It does not keep the process alive before a signal comes. `'exit'` listeners run at the end.
 * - What a blocked event loop cannot be told of waits: `grace` is no watchdog.
 *
 * Main thread only: a worker can only end itself.
 *
 * @param handler What is to be done in the end: close servers, finish jobs.
 * @param options When it begins, and how long it may take.
 * @returns `[Symbol.dispose]()` takes it back: the default action of the signals is in force again. A
 *   handler that has begun goes on.
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
  const { grace = GRACE, signals = SIGNALS, force = 'second-signal', log = console.error } = options
  checkDuration('grace', grace)
  const numbers = checkSignals(signals)
  if (force !== 'second-signal' && force !== 'never') {
    throw new RangeError(`force must be 'second-signal' or 'never', not ${quote(force)}`)
  }
  if (typeof log !== 'function') throw new TypeError(`log must be a function, not ${quote(log)}`)
  if (!isMainThread) {
    throw new SextonError('ERR_UNSUPPORTED', 'shutdown() is for the main thread')
  }
  return new Shutdown(handler, { grace, numbers, force, log })
}

interface Plan {
  grace: number
  numbers: ReadonlySet<number>
  force: 'second-signal' | 'never'
  log: (line: string) => void
}

class Shutdown implements SignalListener, Disposable {
  readonly #handler: (signal: ReceivedSignal) => unknown
  readonly #plan: Plan
  #begun = false
  /** The last signal that may still have an echo. */
  #last: { signal: ReceivedSignal; at: number } | undefined

  constructor(handler: (signal: ReceivedSignal) => unknown, plan: Plan) {
    this.#handler = handler
    this.#plan = plan
    subscribe(this, plan.numbers)
  }

  receive(signal: ReceivedSignal): void {
    if (isExiting()) return
    const at = monotonicNow()
    const echo = this.#last !== undefined && isEcho(this.#last, signal, at)
    this.#last = echo ? undefined : { signal, at }
    if (echo) return
    if (!this.#begun) this.#begin(signal)
    else if (this.#plan.force === 'second-signal') this.#end(signal, 'a second signal, ending now')
  }

  [Symbol.dispose](): void {
    drainSignals()
    unsubscribe(this, this.#plan.numbers)
  }

  // Counted before the handler runs: another shutdown's that is done at once would end the process.
  #begin(signal: ReceivedSignal): void {
    this.#begun = true
    busy += 1
    hold() // for good: it ends by exit
    const { grace, log } = this.#plan
    log(`${signal.name} from ${describeSender(signal.origin)}: shutting down`)
    const late = `not done after ${grace} ms, ending now`
    const deadline = new Deadline(grace, () => this.#end(signal, late))
    Promise.resolve(signal)
      .then(this.#handler)
      .catch((error: unknown) => {
        failed = true
        log(`shutting down has failed: ${error instanceof Error ? error.stack : error}`)
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
    this.#plan.log(`${signal.name} from ${describeSender(signal.origin)}: ${why}`)
    process.exit(128 + signal.number)
  }
}

function isEcho(
  last: { signal: ReceivedSignal; at: number },
  signal: ReceivedSignal,
  at: number,
): boolean {
  const fromKernel = ({ origin }: ReceivedSignal) => origin.code === 'SI_KERNEL'
  return (
    last.signal.number === signal.number &&
    at - last.at < ECHO &&
    fromKernel(last.signal) !== fromKernel(signal)
  )
}
