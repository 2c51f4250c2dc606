import { constants } from 'node:os'
import { onChildSignal } from '../../exit/child-signal.js'
import { binding } from '../../system/binding.js'
import { signalName } from '../../system/signal-names.js'
import { hasTerminal } from '../../system/terminal.js'
import type { Command } from './command.js'
import type { Report } from './report.js'
import { INFO } from './settings.js'
import { isSessionLeader } from './terminal.js'

const { SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU } = constants.signals
const FROM_TERMINAL: ReadonlySet<number> = new Set([SIGTSTP, SIGTTIN, SIGTTOU])

/**
 * Job control. The shell knows only `pid1`, not the command. When the terminal stops the command, `pid1` stops
 * too, so that the shell shows its prompt. On `fg` and `bg`, `pid1` resumes the command.
 */
export class Job {
  readonly #command: Command
  readonly #report: Report
  /** Whether a shell can resume pid1. It cannot if pid1 leads the session or is PID 1. */
  readonly #isJob = process.pid !== 1 && !isSessionLeader() && hasTerminal()
  readonly #stopListening: () => void

  constructor(command: Command, report: Report) {
    this.#command = command
    this.#report = report
    this.#stopListening = onChildSignal(() => this.#look())
    // The command may have stopped before the listener was installed.
    this.#look()
  }

  end(): void {
    this.#stopListening()
  }

  /** Stops this process until it receives SIGCONT. */
  suspend(): void {
    if (process.pid !== 1) binding.kill(process.pid, SIGSTOP)
  }

  /** Passes SIGCONT on to the command, and the terminal's foreground if pid1 has it. */
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

  // Take the terminal back before stopping. Otherwise the shell would find it taken. The terminal stopped only the
  // command's group, so the rest of pid1's group, such as a script that started it, must be stopped here. pid1 has a
  // handler for that signal, so only `suspend()` stops it.
  #stopLike(signal: number): void {
    if (this.#command.ownGroup) {
      binding.moveForeground(this.#command.pid, 0)
      binding.kill(0, signal)
    }
    this.suspend()
  }
}
