import { attempt, SextonError } from '../../base/errors.js'
import { hold } from '../../base/process-life.js'
import { Deadline } from '../../base/time.js'
import { type Survivor, Survivors } from '../../exit/survivors.js'
import { anyChildren } from '../../reaping/peek.js'
import { lookSoon, observe } from '../../reaping/reap-loop.js'
import { type SignalName, signalNumber } from '../../system/signal-names.js'
import { rulesNamespace, signalNamespace } from './namespace.js'
import type { Report } from './report.js'
import { INFO } from './settings.js'

// Milliseconds between two lists of processes that survived a KILL: they were forked at that moment, or hang in the
// kernel. Each exit triggers a list too.
const LOOK_AGAIN = 20
// Consecutive lists that reach no remaining process before pid1 gives up. 50 lists take one second.
const IN_VAIN = 50

const ASK: readonly SignalName[] = ['SIGTERM', 'SIGCONT']

/**
 * Terminates the processes that the command leaves behind: TERM first, KILL after the grace, repeated until none
 * remains except those that this user may not signal or cannot see.
 */
export class Remainder {
  readonly #report: Report
  readonly #survivors = new Survivors()
  #inVain = 0
  /** The error of the last list, if it failed. */
  #failure: SextonError | undefined
  #force: Deadline | undefined
  #again: NodeJS.Timeout | undefined
  #leave!: () => void

  constructor(report: Report) {
    this.#report = report
  }

  /** Terminates them, and resolves when none is left. `grace` is in milliseconds. */
  async end(grace: number): Promise<void> {
    const left = new Promise<void>((resolve) => {
      this.#leave = resolve
    })
    const close = this.#reap()
    this.#force = new Deadline(grace, () => this.hurry())
    if (grace > 0) this.#askAll()
    this.#leaveIfDone()
    await left
    this.#force.clear()
    clearTimeout(this.#again)
    close()
  }

  #reap(): () => void {
    const close = observe({
      scope: 'all',
      wants: () => Number.POSITIVE_INFINITY,
      rested: () => this.#leaveIfDone(),
    })
    lookSoon()
    const release = hold()
    return () => {
      release()
      close()
    }
  }

  /** Ends the grace now, and sends KILL. */
  hurry(): void {
    this.#force?.clear()
    this.#killAll()
  }

  // Lists every process before signalling any, so that helpers started during a clean shutdown are not signalled.
  // If no message needs their names, one kill(-1) replaces the list: there may be thousands of processes that are
  // already exiting. A process that the call does not reach is found when the grace ends.
  #askAll(): void {
    if (!anyChildren()) return
    const namesMatter = this.#report.wants(INFO) || !rulesNamespace()
    const living = namesMatter ? this.#try(() => this.#survivors.list()) : []
    for (const survivor of living) this.#tell(survivor, ASK)
    if (living.length > 0 || tellUnseen(ASK)) return
    // A descriptor may become free, so try again. If /proc may not be read, trying again is useless.
    if (this.#failure?.code !== 'ERR_SYSTEM') return
    this.#again = setTimeout(() => this.#askAll(), LOOK_AGAIN)
  }

  readonly #killAll = () => {
    clearTimeout(this.#again)
    const living = this.#try(() => this.#survivors.look())
    const told = living.filter((survivor) => this.#tell(survivor, ['SIGKILL']))
    this.#inVain = told.length > 0 ? 0 : this.#inVain + 1
    if (told.length === 0) tellUnseen(['SIGKILL'])
    this.#again = setTimeout(this.#killAll, LOOK_AGAIN)
    this.#leaveIfDone()
  }

  #leaveIfDone(): void {
    if (!anyChildren() || this.#seesNoMore()) this.#leave()
  }

  /** Whether only processes beyond this user's reach are left. Waiting for them could last for ever. */
  #seesNoMore(): boolean {
    if (this.#survivors.anyBeyondReach) {
      const living = this.#try(() => this.#survivors.look())
      if (living.length === 0 && this.#failure === undefined) return true
    }
    if (this.#inVain < IN_VAIN) return false
    const why = this.#failure === undefined ? '' : `: ${this.#failure.message}`
    this.#report.warn(`processes that /proc does not show are left running${why}`)
    return true
  }

  /** Treats an unreadable tree as empty. As PID 1 the caller then signals every process, and tries again. */
  #try(read: () => Survivor[]): Survivor[] {
    const result = attempt(read)
    this.#failure = result instanceof SextonError ? result : undefined
    return result instanceof SextonError ? [] : result
  }

  /** Sends signals to one survivor, and reports the first KILL of several. Returns whether they were sent. */
  #tell(survivor: Survivor, signals: readonly SignalName[]): boolean {
    const { pid, name } = survivor
    const outcome = signals === ASK ? 'terminated' : 'killed'
    const repeated = survivor.outcome === 'killed'
    const sent = attempt(() => this.#survivors.send(survivor, signals.map(signalNumber), outcome))
    if (sent === true && !repeated) {
      this.#report.say(INFO, `sent ${signals[0]} to ${pid} (${name})`)
      this.#report.event('killed', { pid, name, signal: signals[0] })
    } else if (sent instanceof SextonError && survivor.outcome === 'running') {
      this.#report.warn(`${pid} (${name}) is left running: ${sent.message}`, { pid, name })
      this.#report.event('left', { pid, name, reason: sent.message })
    } else if (sent instanceof SextonError) {
      this.#failure = sent
    }
    return sent === true
  }
}

/**
 * Signals the processes that `/proc` does not show. Without `/proc`, or if it hides other users' processes, PID 1
 * can still signal all processes of its namespace at once. Elsewhere that call would reach the whole machine.
 *
 * @returns Whether this process is PID 1.
 */
function tellUnseen(signals: readonly SignalName[]): boolean {
  if (process.pid !== 1) return false
  for (const signal of signals) signalNamespace(signal)
  return true
}
