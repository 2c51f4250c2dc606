import { onChildSignal } from '../../exit/child-signal.js'
import { binding } from '../../system/binding.js'
import { signalName } from '../../system/signal-names.js'
import { hasTerminal } from '../../system/terminal.js'
import type { Command } from './command.js'
import type { Report } from './report.js'
import { INFO } from './settings.js'
import { isSessionLeader } from './terminal.js'

const [SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU] = [18, 19, 20, 21, 22]
const FROM_TERMINAL: ReadonlySet<number> = new Set([SIGTSTP, SIGTTIN, SIGTTOU])

/**
 * Job control: a shell knows only `pid1`. When the terminal has stopped the command, `pid1` stops as
 * well, so that the shell gets its prompt back, and on `fg` and `bg` both go on.
 */
export class Job {
  readonly #command: Command
  readonly #report: Report
  /** Under a shell. As leader of the session, and as PID 1, there is nobody to resume us. */
  readonly #isJob = process.pid !== 1 && !isSessionLeader() && hasTerminal()
  readonly #stopListening: () => void

  constructor(command: Command, report: Report) {
    this.#command = command
    this.#report = report
    this.#stopListening = onChildSignal(() => this.#look())
    // It may have been stopped before anyone listened.
    this.#look()
  }

  end(): void {
    this.#stopListening()
  }

  /** Stops this process, until someone sends it SIGCONT. */
  suspend(): void {
    if (process.pid !== 1) binding.kill(process.pid, SIGSTOP)
  }

  /** We were resumed: the foreground, if it has come to us, and the order to go on are the command's. */
  resume(): boolean {
    if (!this.#isJob || !this.#command.ownGroup) return false
    if (this.#command.foreground) binding.moveForeground(0, this.#command.pid)
    return this.#command.sendToGroup(SIGCONT)
  }

  #look(): void {
    const signal = binding.takeStop(this.#command.pid)
    if (signal <= 0) return
    const { pid } = this.#command
    const event = signal === SIGCONT ? 'continued' : 'stopped'
    const name = signalName(signal)
    this.#report.say(INFO, `${pid} was ${event} by ${name}`, { pid, signal: name })
    this.#report.event(event, { pid, ...(event === 'stopped' && { signal: name }) })
    if (this.#isJob && FROM_TERMINAL.has(signal)) this.#stopLike(signal)
  }

  // First the terminal, or the shell would find it taken. The rest of our group, such as a script that
  // has started us, was spared by the terminal as it is not the command's; we have a handler and do not
  // stop by that.
  #stopLike(signal: number): void {
    if (this.#command.ownGroup) {
      binding.moveForeground(this.#command.pid, 0)
      binding.kill(0, signal)
    }
    this.suspend()
  }
}
