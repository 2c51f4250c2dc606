import type { ExitStatus } from '../../exit/exit-status.js'
import { beforeReapingAny } from '../../reaping/onlookers.js'
import { readName } from '../../system/proc.js'
import type { Report } from './report.js'
import { DEBUG, WARNING } from './settings.js'

/** Tells of each process that is reaped, if anyone wants to know. Its name can be read only until then. */
export class Reaping {
  readonly #report: Report
  readonly #level: number
  readonly #names = new Map<number, string>()

  constructor(report: Report, warnOnReap: boolean) {
    this.#report = report
    this.#level = warnOnReap ? WARNING : DEBUG
    if (this.asked) {
      beforeReapingAny((pid) => this.#names.set(pid, readName(pid) ?? ''))
    }
  }

  /** Whether anyone does: else a storm of orphans is reaped faster, unseen. */
  get asked(): boolean {
    return this.#report.wants(this.#level)
  }

  /** `command`: the one process whose end is told otherwise. */
  reaped({ pid, code, signal, usage }: ExitStatus, command?: number): void {
    const name = this.#names.get(pid) ?? ''
    this.#names.delete(pid)
    if (pid === command) return
    const how = signal === null ? `exit code ${code}` : signal
    this.#report.say(this.#level, `reaped ${pid} (${name}): ${how}`, { pid, name, code, signal })
    this.#report.event('reaped', { pid, name, code, signal, usage })
  }
}
