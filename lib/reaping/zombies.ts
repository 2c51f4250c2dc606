import { isMainThread } from 'node:worker_threads'
import { checkAbortSignal, onAbort } from '../base/abort.js'
import { quote, SextonError } from '../base/errors.js'
import { EventQueue } from '../base/event-queue.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold } from '../base/process-life.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { binding } from '../system/binding.js'
import { openIntake, pumpSoon, type ZombieScope } from './reap-loop.js'

/** Which zombies, and until when. */
export interface ZombiesOptions {
  /**
   * `'adopted'` (default): only children that nobody else may wait for: orphans that this process
   * adopted as PID 1 or subreaper, and those that ended worker threads left behind. Children of
   * `child_process` and of other addons are never touched.
   *
   * `'all'`: every child. Only for a process that spawns by sexton alone: a `child_process` child
   * that is met never gets its `'exit'` event.
   */
  scope?: ZombieScope
  /** Closes the iterator when aborted. */
  signal?: AbortSignal
}

const OPTION_NAMES: OptionNames<ZombiesOptions> = { scope: true, signal: true }

/**
 * Dead children, reaped as they are asked for: `for await (const zombie of new Zombies())`.
 *
 * - The kernel's table of zombies is the queue. Nothing is reaped while no one asks, so a slow
 *   consumer costs no memory and loses nothing; a batch of up to 256 is read ahead.
 * - Any number may be open at once. Each zombie is reaped once, and every iterator whose scope covers
 *   it and which is open at that moment gets it. The one that asks most sets the pace; the others
 *   then queue what they have not asked for yet, without bound.
 * - `'all'` also yields the children of sexton's `spawn`, whose own `exited` gets the status as well.
 * - SIGCHLD is heard from construction on; what died before is found too.
 * - A dead child that might be another native addon's is left to it for one second. Where no other
 *   addon is loaded, none has to wait.
 * - The process stays alive while someone waits for the next zombie, and not otherwise.
 * - `close()`, leaving the loop and aborting `signal` end the iteration without an error.
 *
 * Linux 4.7, main thread only: a worker cannot know what belongs to other threads.
 *
 * @throws {SextonError} `ERR_UNSUPPORTED` in a worker thread, and for `'adopted'` elsewhere than on Linux.
 * @throws {TypeError | RangeError} for bad options.
 * @see waitid(2), PR_SET_CHILD_SUBREAPER(2const)
 */
export class Zombies implements AsyncIterableIterator<ExitStatus, undefined> {
  readonly #queue: EventQueue<ExitStatus>
  readonly #closeIntake: () => void
  #stopListening = () => {}

  /**
   * Hears of deaths from now on, and reaps when it is asked for them.
   *
   * @param options Which zombies, and until when.
   */
  constructor(options: ZombiesOptions = {}) {
    checkOptionNames('Zombies', options, OPTION_NAMES)
    const scope = checkScope(options.scope === undefined ? 'adopted' : options.scope)
    const signal = checkAbortSignal(options.signal)
    this.#queue = new EventQueue<ExitStatus>({
      onWanted: () => {
        pumpSoon()
        return hold()
      },
      onClosed: () => {
        this.#stopListening()
        this.#closeIntake()
      },
    })
    this.#closeIntake = openIntake({
      scope,
      wants: () => this.#queue.wanted,
      receive: (status) => this.#queue.push(status),
    })
    this.#stopListening = onAbort(signal, () => this.close())
  }

  /** The next zombie, reaped; `done` once it is closed and what was read ahead has been delivered. */
  next(): Promise<IteratorResult<ExitStatus, undefined>> {
    return this.#queue.next()
  }

  /** Reaps no more for this iterator; what it has read ahead is still delivered. */
  close(): void {
    this.#queue.close()
  }

  /** What leaving a `for await` calls: closes it, and drops what was read ahead. */
  return(): Promise<IteratorResult<ExitStatus, undefined>> {
    return this.#queue.return()
  }

  /** Itself: however many loops there are, each zombie goes to one of them. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** What leaving an `await using` scope calls: the same as `return()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue[Symbol.asyncDispose]()
  }
}

/** @internal */
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
