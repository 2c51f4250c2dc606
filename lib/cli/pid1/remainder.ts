import { Deadline } from '../../deadline.js'
import { readDescendants } from '../../descendants.js'
import { SextonError } from '../../errors.js'
import { hold, release } from '../../keep-alive.js'
import { isZombie, type ProcessStat } from '../../proc.js'
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
const MOST_LOOKS = 10 // where processes are born all the time
// So many looks without any of the processes that remain: then they cannot be seen.
const IN_VAIN = 50

const ASK: readonly SignalName[] = ['SIGTERM', 'SIGCONT']

/**
 * What the command has left behind when it ends: TERM first, KILL after the time of grace, again and
 * again until nothing remains but what this user may not signal, or cannot see.
 */
export class Remainder {
  readonly #report: Report
  readonly #reaping: Reaping
  /** Another user's: to wait for these would be to wait for ever. */
  readonly #untouchable = new Set<string>()
  #inVain = 0
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
    const living = !this.#report.wants(INFO) && rulesNamespace() ? [] : this.#listed()
    for (const process of living) this.#tell(process, ASK)
    if (living.length === 0) tellUnseen(ASK)
  }

  // While a list is read a process may be born, or pass to us from a parent that is still to be read.
  #listed(): ProcessStat[] {
    const found = new Map<string, ProcessStat>()
    for (let looks = 0, before = -1; before < found.size && looks < MOST_LOOKS; looks += 1) {
      before = found.size
      for (const process of this.#living()) found.set(keyOf(process), process)
    }
    return [...found.values()]
  }

  readonly #killAll = () => {
    clearTimeout(this.#again)
    const living = this.#living()
    for (const process of living) this.#tell(process, ['SIGKILL'])
    this.#inVain = living.length > 0 ? 0 : this.#inVain + 1
    if (living.length === 0) tellUnseen(['SIGKILL'])
    this.#again = setTimeout(this.#killAll, LOOK_AGAIN)
    this.#leaveIfDone()
  }

  #leaveIfDone(): void {
    if (!anyChildren() || this.#seesNoMore()) this.#leave()
  }

  #seesNoMore(): boolean {
    if (this.#untouchable.size > 0) return this.#living().length === 0
    if (this.#inVain < IN_VAIN) return false
    this.#report.warn('processes that cannot be seen in /proc are left running')
    return true
  }

  #living(): ProcessStat[] {
    return readDescendants().filter(
      (process) => !isZombie(process) && !this.#untouchable.has(keyOf(process)),
    )
  }

  // By a handle of that very process: between the list and the signal its pid may have become another's.
  #tell(process: ProcessStat, signals: readonly SignalName[]): void {
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

// Without /proc, or where it hides another user's: PID 1 can signal all that there is.
function tellUnseen(signals: readonly SignalName[]): void {
  if (process.pid !== 1) return
  for (const signal of signals) signalNamespace(signal)
}

function keyOf({ pid, startTime }: ProcessStat): string {
  return `${pid}:${startTime}`
}
