import { constants } from 'node:os'
import { Deadline } from '../../base/time.js'
import type { ReceivedSignal } from '../../signals/origin.js'
import { signalName } from '../../system/signal-names.js'
import type { Command } from './command.js'
import type { Job } from './job.js'
import type { Report } from './report.js'
import { DEBUG, type Settings } from './settings.js'

const { SIGINT, SIGQUIT, SIGKILL, SIGTERM } = constants.signals
const { SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH } = constants.signals

/** Signals that ask a program to exit. */
export const TERMINATING: ReadonlySet<number> = new Set([SIGINT, SIGQUIT, SIGTERM])
// Signals that the terminal sends to every process of its foreground group.
const FROM_TERMINAL = new Set([SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH])
const STOPS = new Set([SIGTSTP, SIGTTIN, SIGTTOU])

/** Forwards signals to the command: each one once, and rewritten if the user asked for it. */
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

  /** Ends the forwarding, after the command has exited. */
  end(): void {
    this.#force?.clear()
  }

  receive(received: ReceivedSignal): void {
    const { number, origin } = received
    // Ignore the signals of pid1's own job control to its group.
    if (origin.pid === process.pid && origin.code === 'SI_USER') return
    // In pid1's group the command has already received the terminal's signals.
    const shared = !this.#command.ownGroup && origin.code === 'SI_KERNEL'
    if (shared && FROM_TERMINAL.has(number)) return
    if (number === SIGCONT && this.#job.resume()) return
    const signal = this.#rewritten(number)
    this.#forward(received, signal)
    if (TERMINATING.has(number) || TERMINATING.has(signal)) this.#force ??= this.#forceLater()
  }

  // A command in its own session stops only by SIGSTOP. The kernel discards the other stops in an orphaned group,
  // which has no shell that could resume it.
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
      this.#report.warn(`${pid} did not exit in time: sent it SIGKILL`, { pid })
      this.#report.event('killed', { pid, signal: 'SIGKILL' })
    })
  }
}
