import { Deadline } from '../../base/time.js'
import type { ReceivedSignal } from '../../signals/origin.js'
import { signalName } from '../../system/signal-names.js'
import type { Command } from './command.js'
import type { Job } from './job.js'
import type { Report } from './report.js'
import { DEBUG, type Settings } from './settings.js'

const [SIGINT, SIGQUIT, SIGKILL, SIGTERM] = [2, 3, 9, 15]
const [SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH] = [18, 19, 20, 21, 22, 28]

/** Asks a program to end. */
export const TERMINATING: ReadonlySet<number> = new Set([SIGINT, SIGQUIT, SIGTERM])
// What the terminal sends to every process of the group in its foreground.
const FROM_TERMINAL = new Set([SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH])
const STOPS = new Set([SIGTSTP, SIGTTIN, SIGTTOU])

/** Hands signals on to the command: each once, rewritten where that was asked for. */
export class Forwarding {
  readonly #command: Command
  readonly #settings: Settings
  readonly #job: Job
  readonly #report: Report
  #force: Deadline | undefined

  constructor(command: Command, settings: Settings, job: Job, report: Report) {
    this.#command = command
    this.#settings = settings
    this.#job = job
    this.#report = report
  }

  /** The command has ended. */
  end(): void {
    this.#force?.clear()
  }

  receive(received: ReceivedSignal): void {
    const { number, origin } = received
    // What the job control sends to our own group is not for the command.
    if (origin.pid === process.pid && origin.code === 'SI_USER') return
    // In our own group it has what the terminal sends already.
    const shared = !this.#command.ownGroup && origin.code === 'SI_KERNEL'
    if (shared && FROM_TERMINAL.has(number)) return
    if (number === SIGCONT && this.#job.resume()) return
    const signal = this.#rewritten(number)
    this.#forward(received, signal)
    if (TERMINATING.has(number) || TERMINATING.has(signal)) this.#force ??= this.#forceLater()
  }

  // A session of its own stops only by a signal that cannot be caught: of the others the kernel spares
  // a group that no shell watches.
  #rewritten(number: number): number {
    const { rewrites, target, persona } = this.#settings
    const wanted = rewrites.get(number)
    if (wanted !== undefined) return wanted
    if (target === 'session' && STOPS.has(number)) return SIGSTOP
    return persona.swallows.includes(number) ? 0 : number
  }

  #forward({ number, name, origin }: ReceivedSignal, signal: number): void {
    const { pid } = this.#command
    if (signal === 0) {
      this.#report.say(DEBUG, `${name} is not forwarded`, { signal: name })
      return
    }
    try {
      if (!this.#command.send(signal)) return
    } catch (error) {
      this.#report.warn(`${name} was not forwarded: ${(error as Error).message}`, { signal: name })
      return
    }
    const sent = signalName(signal)
    this.#report.say(DEBUG, `forwarded ${name}${sent === name ? '' : ` as ${sent}`} to ${pid}`)
    this.#report.event('forwarded', { signal: name, as: sent, to: pid, from: origin })
    if (signal === SIGSTOP && STOPS.has(number)) this.#job.suspend()
  }

  #forceLater(): Deadline | undefined {
    const { killAfter } = this.#settings
    if (killAfter === undefined) return undefined
    return new Deadline(killAfter, () => {
      const { pid } = this.#command
      if (!this.#command.send(SIGKILL)) return
      this.#report.warn(`${pid} has not ended: sent it SIGKILL`, { pid })
      this.#report.event('killed', { pid, signal: 'SIGKILL' })
    })
  }
}
