import type { Death, Observer } from '../../reaping/observers.js'
import type { Report } from './report.js'
import { DEBUG, WARNING } from './settings.js'

/** Reports each process that is reaped. */
export class Reaping implements Observer {
  readonly scope = 'all'
  readonly #report: Report
  readonly #level: number
  /** The process that is not reported: its end is told otherwise. */
  #command: number | undefined

  constructor(report: Report, warnOnReap: boolean, command?: number) {
    this.#report = report
    this.#level = warnOnReap ? WARNING : DEBUG
    this.#command = command
  }

  /** Whether anyone wants these reports. Without an observer, a storm of orphans is reaped much faster. */
  get isWanted(): boolean {
    return this.#report.wants(this.#level)
  }

  wants(): number {
    return 0
  }

  before(death: Death): void {
    death.name()
  }

  after(death: Death): void {
    const { pid, code, signal, usage } = death.status
    if (pid === this.#command) {
      this.#command = undefined // a later process may have the same pid
      return
    }
    const name = death.name() ?? ''
    const how = signal === null ? `exit code ${code}` : signal
    this.#report.say(this.#level, `reaped ${pid} (${name}): ${how}`, { pid, name, code, signal })
    this.#report.event('reaped', { pid, name, code, signal, usage })
  }
}
