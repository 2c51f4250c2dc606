import type { SignalName } from '../system/signal-names.js'
import { type Parts, Running } from './running.js'
import type { Encoding } from './text.js'

/**
 * A command or a pipeline that runs. `run()` and `pipeline()` create it.
 *
 * @typeParam R The type of the result.
 * @typeParam E The type of `encoding`.
 */
export class Run<R, E extends Encoding = 'utf8'> extends Running<R, E> {
  /** What `Object.prototype.toString` calls it. */
  readonly [Symbol.toStringTag] = 'Run'

  /** @internal */
  static of<R, E extends Encoding>(parts: Parts<R>): Run<R, E> {
    return new Run(parts)
  }

  /**
   * The process id of the command; of a pipeline, that of its last command; `undefined` if it could not be started.
   */
  get pid(): number | undefined {
    const child = this.parts.execution.children.at(-1)
    return child?.isStarted() ? child.pid : undefined
  }

  /**
   * Sends a signal to the command, or to all commands of the pipeline that still run.
   *
   * @param signal The signal's name or number, default `'SIGTERM'`.
   * @returns Whether it was sent to any.
   * @throws {TypeError | RangeError} if the signal is unknown.
   * @throws {SextonError} `ERR_NOT_PERMITTED` if a command has changed its user.
   */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    return this.parts.execution.children.map((child) => child.kill(signal)).includes(true)
  }
}
