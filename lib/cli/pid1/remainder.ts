import { attempt, SextonError } from '../../base/errors.js'
import { hold, release } from '../../base/process-life.js'
import { Deadline } from '../../base/time.js'
import { type Survivor, Survivors } from '../../exit/survivors.js'
import { openIntake, pumpSoon } from '../../reaping/reap-loop.js'
import { anyChildren } from '../../reaping/reaper.js'
import { type SignalName, signalNumber } from '../../system/signal-names.js'
import { rulesNamespace, signalNamespace } from './namespace.js'
import type { Reaping } from './reaping.js'
import type { Report } from './report.js'
import { INFO } from './settings.js'

// Between two looks for what a KILL has not reached: a process that was born in that very moment, or
// hangs in the kernel. While processes do end, each end is a look of its own.
const LOOK_AGAIN = 20
// Consecutive looks that reach none of the processes that remain, before pid1 gives them up: a second.
const IN_VAIN = 50

const ASK: readonly SignalName[] = ['SIGTERM', 'SIGCONT']

/**
 * What the command has left behind when it ends: TERM first, KILL after the time of grace, again and
 * again until nothing remains but what this user may not signal, or cannot see.
 */
export class Remainder {
  readonly #report: Report
  readonly #reaping: Reaping
  readonly #survivors = new Survivors()
  #inVain = 0
  /** Why the last look saw nothing. */
  #failure: SextonError | undefined
  #force: Deadline | undefined
  #again: NodeJS.Timeout | undefined
  #leave!: () => void

  constructor(report: Report, reaping: Reaping) {
    this.#report = report
    this.#reaping = reaping
  }

  /** Resolves when nothing is left. */
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
    const reaping = this.#reaping
    const close = openIntake({
      scope: 'all',
      wants: () => true,
      ...(reaping.asked && { receive: (zombie) => reaping.reaped(zombie) }),
      reaped: () => this.#leaveIfDone(),
    })
    pumpSoon()
    hold()
    return () => {
      release()
      close()
    }
  }

  /** The time of grace is over. */
  hurry(): void {
    this.#force?.clear()
    this.#killAll()
  }

  // All are listed before any is asked: what one of them starts in order to end in good order is not.
  // Where nobody wants their names, there is no need to look at each: they may be thousands, and dying. If
  // there is one that one call does not reach after all, the end of the grace will find that out.
  #askAll(): void {
    if (!anyChildren()) return
    const namesMatter = this.#report.wants(INFO) || !rulesNamespace()
    const living = namesMatter ? this.#try(() => this.#survivors.list()) : []
    for (const survivor of living) this.#tell(survivor, ASK)
    if (living.length > 0 || tellUnseen(ASK)) return
    // A descriptor may become free. A tree that must not be read stays unread.
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

  /** Whether nothing is left but processes beyond this user's reach: to wait for these would last for ever. */
  #seesNoMore(): boolean {
    if (this.#survivors.anyBeyondReach) {
      const living = this.#try(() => this.#survivors.look())
      if (living.length === 0 && this.#failure === undefined) return true
    }
    if (this.#inVain < IN_VAIN) return false
    const why = this.#failure === undefined ? '' : `: ${this.#failure.message}`
    this.#report.warn(`processes that cannot be seen in /proc are left running${why}`)
    return true
  }

  /** An unreadable tree counts as empty for now: as PID 1 the caller signals everybody, and looks again. */
  #try(read: () => Survivor[]): Survivor[] {
    const result = attempt(read)
    this.#failure = result instanceof SextonError ? result : undefined
    return result instanceof SextonError ? [] : result
  }

  /** Whether the signals have been sent. */
  #tell(survivor: Survivor, signals: readonly SignalName[]): boolean {
    const { pid, name } = survivor
    const outcome = signals === ASK ? 'terminated' : 'killed'
    const sent = attempt(() => this.#survivors.send(survivor, signals.map(signalNumber), outcome))
    if (sent === true) {
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
 * Signals whatever `/proc` does not show: without `/proc`, or where it hides another user's process, PID 1 can
 * still signal all processes of its namespace at once. Elsewhere that call would reach the whole machine.
 *
 * @returns Whether this process is PID 1.
 */
function tellUnseen(signals: readonly SignalName[]): boolean {
  if (process.pid !== 1) return false
  for (const signal of signals) signalNamespace(signal)
  return true
}
