import type { ExitStatus } from '../exit/exit-status.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import type { JobEvents } from './job-events.js'
import { type JobProcess, toJobProcesses } from './job-process.js'
import type { KeptCommand } from './kept-command.js'
import { type Parts, Running } from './running.js'
import type { Encoding } from './text.js'

/** The parts of a job. */
export interface JobParts<R> extends Parts<R> {
  events: JobEvents
  /** The command, or why it could not be started. */
  command: KeptCommand | Error
}

/**
 * A job: a command, and everything that it starts. `runJob()` creates it.
 *
 * It is a promise of its result, which settles when nothing of the job is left. Leaving its `await using` scope, or a
 * `for await` loop over it, ends the job.
 *
 * @typeParam R The type of the result.
 * @typeParam E The type of `encoding`.
 */
export class Job<R, E extends Encoding = 'utf8'> extends Running<R, E> {
  /** What `Object.prototype.toString` calls it. */
  readonly [Symbol.toStringTag] = 'Job'
  readonly #events: JobEvents
  readonly #command: KeptCommand | Error

  private constructor(parts: JobParts<R>) {
    super(parts)
    this.#events = parts.events
    this.#command = parts.command
  }

  /** @internal */
  static start<R, E extends Encoding>(parts: JobParts<R>): Job<R, E> {
    return new Job(parts)
  }

  /**
   * A promise of the command's exit status. Other processes of the job may still run then. It rejects like the job if the
   * command could not be started, and with `ERR_SYSTEM` if the keeper was killed first.
   */
  get exited(): Promise<ExitStatus> {
    return this.#command instanceof Error
      ? Promise.reject(this.#command)
      : this.#command.keeper.exited
  }

  /** A promise that resolves when nothing of the job is left, except kept processes and those that cannot be ended. */
  get ended(): Promise<void> {
    if (this.#command instanceof Error) return Promise.resolve()
    return this.#command.keeper.ended.then(() => {})
  }

  /**
   * Lists the processes of the job that are alive, parents before their children.
   *
   * @returns A snapshot, without zombies.
   * @throws {SextonError} `ERR_UNSUPPORTED` or `ERR_SYSTEM` if `/proc` cannot be read.
   */
  processes(): JobProcess[] {
    if (this.#command instanceof Error) return []
    return toJobProcesses(this.#command.keeper.processes())
  }

  /**
   * The orphans of the job, as the keeper reaps them: from the first use of this property until the job has ended. An orphan
   * that is reaped before that is not in it.
   */
  get adopted(): AsyncIterableIterator<ExitStatus, undefined> {
    return this.#events.adopted
  }

  /**
   * Begins to end everything of the job: a signal to all its processes, and `SIGKILL` after `grace`. It does not wait: await
   * the job, or `ended`. While the job is being ended, `kill('SIGKILL')` ends the grace, and other signals do nothing.
   *
   * @param signal The signal's name or number, default `killSignal`.
   * @throws {TypeError | RangeError} if the signal is unknown.
   */
  kill(signal?: SignalName | number): void {
    const number = signal === undefined ? undefined : signalNumber(signal)
    if (!(this.#command instanceof Error)) this.#command.end('dispose', number)
    void this.parts.execution.end('dispose')
  }

  /**
   * Lets this process exit by itself while the job runs. The exit ends the job. Input that is not written yet still keeps
   * this process alive.
   */
  unref(): void {
    this.#keepAlive(false)
  }

  /** Keeps this process alive for the job again, after `unref()`. */
  ref(): void {
    this.#keepAlive(true)
  }

  #keepAlive(isWanted: boolean): void {
    this.parts.execution.outputs.keepAlive(isWanted)
    if (this.#command instanceof Error) return
    if (isWanted) this.#command.keeper.ref()
    else this.#command.keeper.unref()
  }

  /**
   * Sends a signal to the command alone.
   *
   * @param signal The signal's name or number.
   * @returns Whether the command still ran when its keeper was asked to send it.
   * @throws {TypeError | RangeError} if the signal is unknown.
   */
  signal(signal: SignalName | number): boolean {
    return this.#command instanceof Error ? false : this.#command.kill(signal)
  }
}
