import { Deadline } from '../../deadline.js'
import { type Descendant, descendants } from '../../descendants.js'
import { SextonError } from '../../errors.js'
import { hold, release } from '../../keep-alive.js'
import { openProcess } from '../../process-handle.js'
import { openIntake, pumpSoon } from '../../pump.js'
import { anyChildren } from '../../reaper.js'
import type { SignalName } from '../../signal-names.js'
import { rulesNamespace, signalNamespace } from './namespace.js'
import type { Reaping } from './reaping.js'
import type { Report } from './report.js'
import { INFO } from './settings.js'

// Between two looks for what a KILL has not reached: a process that was born in that very moment, or
// hangs in the kernel. While processes do end, each end is a look of its own.
const LOOK_AGAIN = 20

/**
 * What the command has left behind when it ends: TERM first, KILL after the time of grace, again and
 * again until nothing remains but what this user may not signal.
 */
export class Remainder {
  readonly #report: Report
  readonly #reaping: Reaping
  /** Another user's: to wait for these would be to wait for ever. */
  readonly #untouchable = new Set<string>()
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
    if (anyChildren() && grace > 0) this.#askToEnd()
    this.#force = new Deadline(grace, () => this.hurry())
    this.#leaveIfDone()
    await left
    this.#force.clear()
    clearTimeout(this.#again)
    close()
  }

  // Where nobody wants their names, there is no need to look at each: they may be thousands, and dying.
  // If there is one that it does not reach after all, the end of the grace will find that out.
  #askToEnd(): void {
    const signals = ['SIGTERM', 'SIGCONT'] as const
    if (this.#report.wants(INFO) || !rulesNamespace()) this.#tellAll(signals)
    else for (const signal of signals) signalNamespace(signal)
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

  readonly #killAll = () => {
    clearTimeout(this.#again)
    this.#tellAll(['SIGKILL'])
    this.#again = setTimeout(this.#killAll, LOOK_AGAIN)
    this.#leaveIfDone()
  }

  #leaveIfDone(): void {
    if (!anyChildren() || (this.#untouchable.size > 0 && this.#living().length === 0)) {
      this.#leave()
    }
  }

  #living(): Descendant[] {
    return descendants().filter(
      (process) => process.state !== 'Z' && !this.#untouchable.has(keyOf(process)),
    )
  }

  #tellAll(signals: readonly SignalName[]): void {
    for (const process of this.#living()) this.#tell(process, signals)
  }

  // By a handle of that very process: between the list and the signal its pid may have become another's.
  #tell(process: Descendant, signals: readonly SignalName[]): void {
    const { pid, name, startTime } = process
    try {
      using handle = openProcess(pid, { startTime })
      for (const signal of signals) handle.kill(signal)
      this.#report.say(INFO, `sent ${signals[0]} to ${pid} (${name})`)
      this.#report.event('killed', { pid, name, signal: signals[0] })
    } catch (error) {
      if (!(error instanceof SextonError)) throw error
      if (error.code === 'ERR_NO_SUCH_PROCESS') return
      this.#untouchable.add(keyOf(process))
      this.#report.warn(`${pid} (${name}) is left running: ${error.message}`, { pid, name })
      this.#report.event('left', { pid, name, reason: error.message })
    }
  }
}

function keyOf({ pid, startTime }: Descendant): string {
  return `${pid}:${startTime}`
}
