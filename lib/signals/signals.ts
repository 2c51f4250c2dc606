import { checkAbortSignal, onAbort } from '../base/abort.js'
import { quote } from '../base/errors.js'
import { EventQueue } from '../base/event-queue.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold, release } from '../base/process-life.js'
import { binding } from '../system/binding.js'
import { isRealtime, type SignalName, signalName, signalNumber } from '../system/signal-names.js'
import type { ReceivedSignal } from './origin.js'
import { drainSignals, subscribe, unsubscribe } from './subscriptions.js'

/** When a `Signals` ends by itself. */
export interface SignalsOptions {
  /** Closes the iterator when aborted. */
  signal?: AbortSignal
}

const OPTION_NAMES: OptionNames<SignalsOptions> = { signal: true }

/**
 * Signals as they arrive, with who sent each: `for await (const s of new Signals(['SIGTERM']))`.
 *
 * - Any number of iterators, over any sets, in the main thread and in workers; each gets every signal
 *   of its set. `process.on('SIGTERM')` listeners go on working beside them.
 * - From construction until `close()` the default action is off: SIGTERM no longer ends the process.
 *   When the last iterator of a signal closes, what was in force before the first is restored; a
 *   signal that was ignored (in Node SIGPIPE) keeps a handler that does nothing. SIGUSR1, for which
 *   Node has a handler, meets an instant of the default action in between, which is libuv's: while it
 *   may come, keep one iterator open.
 * - Standard signals coalesce, in the kernel while one is pending, and here while one waits in the
 *   iterator: the first is kept. Realtime signals never coalesce;
 *   two that come at once to different threads may change places.
 * - At most about 40 000 signals wait for the event loop, in one thread; further ones are `dropped`.
 * - A backlog is delivered in pieces, between which timers and other events get their turn.
 * - The process stays alive while someone waits for the next signal, and not otherwise.
 * - `close()`, leaving the loop and aborting `signal` end the iteration without an error.
 *
 * What stays installed: the first use pins the addon in memory, so that a handler chained over ours
 * by another library never calls into nothing.
 *
 * @throws {TypeError | RangeError} for what is no signal, for SIGKILL and SIGSTOP, which cannot be
 *   caught, and for SIGSEGV, SIGBUS, SIGFPE and SIGILL, after which the program cannot go on.
 * @throws {SextonError} `ERR_SYSTEM` if the system refuses.
 * @see signal(7), sigaction(2)
 */
export class Signals implements AsyncIterableIterator<ReceivedSignal, undefined> {
  readonly #numbers: ReadonlySet<number>
  readonly #queue: EventQueue<ReceivedSignal>
  readonly #waiting = new Set<number>()
  #stopListening = () => {}

  /**
   * Listens from now on.
   *
   * @param signals At least one name or number.
   * @param options When to close it.
   */
  constructor(signals: Iterable<SignalName | number>, options: SignalsOptions = {}) {
    this.#numbers = checkSignals(signals)
    checkOptionNames('Signals', options, OPTION_NAMES)
    const signal = checkAbortSignal(options.signal)
    this.#queue = new EventQueue<ReceivedSignal>({
      onWanted: hold,
      onSatisfied: release,
      onClosed: () => {
        this.#stopListening()
        unsubscribe(this, this.#numbers)
      },
    })
    subscribe(this, this.#numbers)
    this.#stopListening = onAbort(signal, () => this.close())
  }

  /**
   * How many signals this thread has lost because its pipe was full, over all iterators, since the
   * first was opened.
   */
  get dropped(): number {
    return binding.droppedSignals()
  }

  /** The next signal; `done` once it is closed and what had arrived has been delivered. */
  async next(): Promise<IteratorResult<ReceivedSignal, undefined>> {
    const result = await this.#queue.next()
    if (!result.done) this.#waiting.delete(result.value.number)
    return result
  }

  /** Listens no more; signals that have arrived are still delivered. */
  close(): void {
    if (!this.#queue.closed) drainSignals()
    this.#queue.close()
  }

  /** What leaving a `for await` calls: closes it, and drops what has not been delivered. */
  return(): Promise<IteratorResult<ReceivedSignal, undefined>> {
    return this.#queue.return()
  }

  /** Itself: however many loops there are, each signal goes to one of them. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** What leaving an `await using` scope calls: the same as `return()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue[Symbol.asyncDispose]()
  }

  /** @internal */
  receive(received: ReceivedSignal): void {
    if (!isRealtime(received.number)) {
      if (this.#waiting.has(received.number)) return
      this.#waiting.add(received.number)
    }
    this.#queue.push(received)
  }
}

const UNCATCHABLE: ReadonlySet<string> = new Set(['SIGKILL', 'SIGSTOP'])
const FAULTS: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL'])

/** @internal */
export function checkSignals(signals: Iterable<SignalName | number>): ReadonlySet<number> {
  if (typeof signals === 'string' || typeof signals?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`signals must be a list such as ['SIGTERM'], not ${quote(signals)}`)
  }
  const numbers = new Set<number>()
  for (const signal of signals) {
    const number = signalNumber(signal)
    const name = signalName(number)
    if (UNCATCHABLE.has(name)) throw new RangeError(`${name} cannot be caught`)
    if (FAULTS.has(name)) {
      throw new RangeError(`${name} cannot be handled here: the fault would recur when it returns`)
    }
    if (name === `SIG${number}`) {
      throw new RangeError(`signal ${number} is reserved by the C library`)
    }
    numbers.add(number)
  }
  if (numbers.size === 0) throw new RangeError('signals must name at least one signal')
  return numbers
}
