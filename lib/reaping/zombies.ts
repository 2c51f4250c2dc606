import { isMainThread } from 'node:worker_threads'
import { checkAbortSignal, onAbort } from '../base/abort.js'
import { quote, SextonError } from '../base/errors.js'
import { EventQueue } from '../base/event-queue.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold } from '../base/process-life.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { binding } from '../system/binding.js'
import type { ZombieScope } from './observers.js'
import { lookSoon, observe } from './reap-loop.js'

/** Options of `Zombies`. */
export interface ZombiesOptions {
  /**
   * `'adopted'` (default): only children that nobody else may wait for. These are orphans that this process adopted
   * as PID 1 or as a subreaper, and children of worker threads that have ended. Children of `child_process` and of
   * other addons are never touched.
   *
   * `'all'`: every child. Use it only in a process that spawns with sexton alone: a `child_process` child that is
   * reaped here never gets its `'exit'` event.
   */
  scope?: ZombieScope
  /** Closes the iterator when aborted. */
  signal?: AbortSignal
}

// The most deaths that are read ahead, as the docstring of `Zombies` promises.
const READ_AHEAD = 256

const OPTION_NAMES: OptionNames<ZombiesOptions> = { scope: true, signal: true }

/**
 * Dead children, reaped as they are asked for: `for await (const zombie of new Zombies())`.
 *
 * - The kernel's table of zombies is the queue. Nothing is reaped while nobody asks, so a slow consumer costs no
 *   memory and loses nothing. A batch of up to 256 zombies is read ahead.
 * - Any number of iterators may be open at once. Each zombie is reaped once, and every open iterator whose scope
 *   covers it gets it. The iterator that asks most sets the pace; the others queue what they have not asked for
 *   yet, without a limit.
 * - `'all'` also yields the children of sexton's `spawn`, whose own `exited` gets the status as well.
 * - SIGCHLD is heard from construction on. Children that died before are found too.
 * - Another native addon may own a dead child. The child is then left alone for one second
 *   (`SEXTON_FOREIGN_CHILD_DELAY`). No child has to wait where no other addon is loaded.
 * - The process stays alive while somebody waits for the next zombie, and not otherwise.
 * - `close()`, leaving the loop and aborting `signal` end the iteration without an error.
 *
 * Linux 4.7 or later, main thread only: a worker cannot know what belongs to other threads.
 *
 * @throws {SextonError} `ERR_UNSUPPORTED` in a worker thread, and for `'adopted'` elsewhere than on Linux.
 * @throws {TypeError | RangeError} for bad options.
 * @see waitid(2), PR_SET_CHILD_SUBREAPER(2const)
 */
export class Zombies implements AsyncIterableIterator<ExitStatus, undefined> {
  readonly #queue: EventQueue<ExitStatus>
  readonly #stopObserving: () => void
  #stopListening = () => {}

  /**
   * Opens the iterator. It hears of deaths from now on, and reaps when it is asked for the next one.
   *
   * @param options Which zombies to reap, and what closes the iterator.
   */
  constructor(options: ZombiesOptions = {}) {
    checkOptionNames('Zombies', options, OPTION_NAMES)
    const scope = checkScope(options.scope === undefined ? 'adopted' : options.scope)
    const signal = checkAbortSignal(options.signal)
    this.#queue = new EventQueue<ExitStatus>({
      onWanted: () => {
        lookSoon()
        return hold()
      },
      onClosed: () => {
        this.#stopListening()
        this.#stopObserving()
      },
    })
    this.#stopObserving = observe({
      scope,
      wants: () => (this.#queue.wanted ? READ_AHEAD : 0),
      after: ({ status }) => this.#queue.push(status),
    })
    this.#stopListening = onAbort(signal, () => this.close())
  }

  /**
   * Reaps the next zombie.
   *
   * @returns Its status; `done` after `close()`, when all that was read ahead has been delivered.
   */
  next(): Promise<IteratorResult<ExitStatus, undefined>> {
    return this.#queue.next()
  }

  /** Stops reaping for this iterator. Zombies that it has read ahead are still delivered. */
  close(): void {
    this.#queue.close()
  }

  /**
   * Closes the iterator and drops what was read ahead. Leaving a `for await` loop calls this.
   *
   * @returns `done`.
   */
  return(): Promise<IteratorResult<ExitStatus, undefined>> {
    return this.#queue.return()
  }

  /**
   * Starts a loop.
   *
   * @returns The iterator itself: with several loops, each zombie goes to one of them.
   */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** Closes the iterator like `return()`. Leaving an `await using` scope calls this. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue[Symbol.asyncDispose]()
  }
}

/**
 * @internal
 * @returns The scope, if it is valid and this thread and this system support it.
 */
export function checkScope(scope: unknown): ZombieScope {
  if (scope !== 'adopted' && scope !== 'all') {
    throw new RangeError(`scope must be 'adopted' or 'all', not ${quote(scope)}`)
  }
  if (!isMainThread) {
    throw new SextonError(
      'ERR_UNSUPPORTED',
      'Zombies belongs to the main thread: a worker cannot know which children other threads wait for',
    )
  }
  if (scope === 'adopted' && binding.onlyThisThread === 0) {
    throw new SextonError(
      'ERR_UNSUPPORTED',
      "Zombies with scope 'adopted' needs Linux; 'all' works where sexton alone spawns",
    )
  }
  return scope
}
