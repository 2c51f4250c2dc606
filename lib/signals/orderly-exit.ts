import { inspect } from 'node:util'
import { hold, isExiting } from '../base/process-life.js'
import { Deadline, monotonicNow } from '../base/time.js'
import { EndRequest } from './end-request.js'
import type { ReceivedSignal } from './origin.js'
import { describeSender } from './origin.js'

/** The end of this process, which all its shutdowns share. */
export class ProcessEnd {
  #busy = 0
  #failed = false

  /** Counts a handler that begins. The process lives until `exit()`. */
  begin(): void {
    this.#busy += 1
    hold()
  }

  /** Counts a handler that has ended. The last one lets the process exit. */
  finish(failed: boolean): void {
    this.#busy -= 1
    this.#failed ||= failed
    if (this.#failed) process.exitCode = 1
    if (this.#busy === 0) this.exit()
  }

  /** Exits with `code`, or with `process.exitCode`. */
  exit(code?: number): void {
    // No argument: `undefined` would mean 0, whatever exitCode is.
    if (code === undefined) process.exit()
    process.exit(code)
  }
}

/** The checked options of `shutdown()`. */
export interface ShutdownPlan {
  timeout: number
  numbers: ReadonlySet<number>
  force: 'second-signal' | 'never'
  log: (line: string) => void
}

/** One handler's way from the first signal to the end of the process. */
export class OrderlyExit {
  readonly #handler: (signal: ReceivedSignal) => unknown
  readonly #plan: ShutdownPlan
  readonly #end: ProcessEnd
  #request: EndRequest | undefined

  constructor(handler: (signal: ReceivedSignal) => unknown, plan: ShutdownPlan, end: ProcessEnd) {
    this.#handler = handler
    this.#plan = plan
    this.#end = end
  }

  receive(signal: ReceivedSignal): void {
    if (isExiting()) return
    const at = monotonicNow()
    if (this.#request?.isEcho(signal, at)) return
    const isFirst = this.#request === undefined
    this.#request = new EndRequest(signal, at)
    if (isFirst) this.#begin(signal)
    else if (this.#plan.force === 'second-signal')
      this.#force(signal, 'a second signal, ending now')
  }

  // Counts before the handler runs. Otherwise a handler of another shutdown that is done at once would exit first.
  #begin(signal: ReceivedSignal): void {
    this.#end.begin()
    const { timeout } = this.#plan
    const late = `not done after ${timeout} ms, ending now`
    const deadline = new Deadline(timeout, () => this.#force(signal, late))
    this.#say(() => `${signal.name} from ${describeSender(signal.origin)}: shutting down`)
    let failed = false
    Promise.resolve(signal)
      .then(this.#handler)
      .catch((error: unknown) => {
        failed = true
        this.#say(() => `the shutdown handler failed: ${inWords(error)}`)
      })
      .then(() => {
        deadline.clear()
        this.#end.finish(failed)
      })
  }

  #force(signal: ReceivedSignal, why: string): void {
    this.#say(() => `${signal.name} from ${describeSender(signal.origin)}: ${why}`)
    this.#end.exit(128 + signal.number)
  }

  // Logging must never abort the shutdown: ignore a `log` that throws, and an error that cannot be formatted.
  #say(line: () => string): void {
    try {
      this.#plan.log(line())
    } catch {}
  }
}

function inWords(error: unknown): string {
  return typeof error === 'string' ? error : inspect(error)
}
