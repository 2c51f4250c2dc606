import { checkAbortSignal, onAbort } from '../base/abort.js'
import { invalid } from '../base/errors.js'
import { EventQueue } from '../base/event-queue.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold } from '../base/process-life.js'
import { binding } from '../system/binding.js'
import { isRealtime, type SignalName, signalName, signalNumber } from '../system/signal-names.js'
import type { ReceivedSignal } from './origin.js'
import { drainSignals, subscribe, unsubscribe } from './subscriptions.js'

// Signals with their senders, for any number of listeners in any thread.
//
// The native handler writes each signal with its siginfo to the pipe of every thread that listens. Each thread's loop
// reads its pipe (`subscriptions.ts`) and calls its listeners. `Signals` queues them for a `for await` loop;
// `shutdown.ts` runs a handler and exits. A signal belongs to those who listened when it came, so the pipe is drained
// before the set of listeners changes: otherwise a signal would be lost, or reach a listener that came later.
//
// `origin.ts` describes the sender. `end-request.ts` recognises several signals as one request. Node's own listeners
// keep working, because the handler calls the one that it replaced; `visible-listener.ts` shows other libraries that
// somebody listens.

/** Options of `Signals`. */
export interface SignalsOptions {
  /** Closes the iterator when aborted. Default: none. */
  signal?: AbortSignal
}

const OPTION_NAMES: OptionNames<SignalsOptions> = { signal: true }

/**
 * Iterates over signals as they arrive, with their senders: `for await (const s of new Signals(['SIGTERM']))`.
 *
 * - Any number of iterators may be open, in the main thread and in workers. Each receives every signal of its
 *   set. `process.on('SIGTERM')` listeners keep working beside them.
 * - The default action is off from construction until `close()`: SIGTERM no longer ends the process. When the
 *   last iterator of a signal closes, the previous action is restored. A signal that was ignored (in Node,
 *   SIGPIPE) keeps a handler that does nothing. While the handler of SIGUSR1, which Node uses, is restored, the
 *   default action is in force for an instant. Keep one iterator open if that signal may come.
 * - Standard signals coalesce: in the kernel while one is pending, and in the iterator while one waits to be
 *   read. The first one is kept. Realtime signals never coalesce, but two that arrive at the same time in
 *   different threads may swap places.
 * - About 40 000 signals can wait for the event loop of a thread. Further ones are lost: see `dropped`.
 * - A backlog is delivered in pieces. Timers and other events run between the pieces.
 * - A pending `next()` keeps the process alive. An iterator that nobody reads does not.
 * - `close()`, leaving the loop, and aborting `signal` end the iteration without an error.
 * - The first use pins the addon in memory: a handler that another library installed later may still call it.
 *
 * @throws {TypeError | RangeError} if a signal is unknown, cannot be caught (SIGKILL, SIGSTOP), or reports a
 *   fault from which the program cannot continue (SIGSEGV, SIGBUS, SIGFPE, SIGILL).
 * @throws {SextonError} `ERR_SYSTEM` if the system refuses to install a handler.
 * @see signal(7), sigaction(2)
 */
export class Signals implements AsyncIterableIterator<ReceivedSignal, undefined> {
  readonly #numbers: ReadonlySet<number>
  readonly #queue: EventQueue<ReceivedSignal>
  readonly #waiting = new Set<number>()
  #stopListening = () => {}

  /**
   * Starts to listen.
   *
   * @param signals The names or numbers of at least one signal.
   * @param options An `AbortSignal` that closes the iterator.
   */
  constructor(signals: Iterable<SignalName | number>, options: SignalsOptions = {}) {
    this.#numbers = checkSignals(signals)
    checkOptionNames('Signals', options, OPTION_NAMES)
    const signal = checkAbortSignal(options.signal)
    this.#queue = new EventQueue<ReceivedSignal>({
      onWanted: hold,
      onClosed: () => {
        this.#stopListening()
        unsubscribe(this, this.#numbers)
      },
    })
    subscribe(this, this.#numbers)
    this.#stopListening = onAbort(signal, () => this.close())
  }

  /**
   * The number of signals that this thread has lost because its pipe was full. It counts over all iterators,
   * since the first one was opened.
   */
  get dropped(): number {
    return binding.droppedSignals()
  }

  /**
   * Waits for the next signal.
   *
   * @returns The signal; `done` after the iterator was closed and all signals that had arrived were delivered.
   */
  async next(): Promise<IteratorResult<ReceivedSignal, undefined>> {
    const result = await this.#queue.next()
    if (!result.done) this.#waiting.delete(result.value.number)
    return result
  }

  /** Stops listening. Signals that have already arrived are still delivered. */
  close(): void {
    if (!this.#queue.closed) drainSignals()
    this.#queue.close()
  }

  /**
   * Closes the iterator and discards the signals that were not delivered yet. Leaving a `for await` loop calls it.
   *
   * @returns A result that is `done`.
   */
  return(): Promise<IteratorResult<ReceivedSignal, undefined>> {
    return this.#queue.return()
  }

  /**
   * Returns the iterator itself. If several loops share it, each signal goes to one of them.
   *
   * @returns This iterator.
   */
  [Symbol.asyncIterator](): this {
    return this
  }

  /**
   * Closes the iterator like `return()`. Leaving an `await using` scope calls it.
   *
   * @returns A promise that resolves when the iterator is closed.
   */
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
    throw new TypeError(invalid('signals', signals, "a list, for example ['SIGTERM']"))
  }
  const numbers = new Set<number>()
  for (const signal of signals) {
    const number = signalNumber(signal)
    const name = signalName(number)
    if (UNCATCHABLE.has(name)) throw new RangeError(`${name} cannot be caught`)
    if (FAULTS.has(name)) {
      throw new RangeError(`${name} cannot be handled: the fault would recur after the handler`)
    }
    if (name === `SIG${number}`) {
      throw new RangeError(`signal ${number} cannot be handled: the C library reserves it`)
    }
    numbers.add(number)
  }
  if (numbers.size === 0) {
    throw new RangeError("invalid signals []: expected at least one, for example ['SIGTERM']")
  }
  return numbers
}
