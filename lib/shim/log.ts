import { JournalLog } from './journal-log.js'
import type { LogDriver } from './log-driver.js'
import { LogFile, type LogLimits } from './log-file.js'
import type { LogSink } from './log-sink.js'
import { Refusal } from './refusal.js'
import type { Settings } from './settings.js'
import type { LogEnd } from './stage.js'
import type { StreamName } from './stream-name.js'

const { POSITIVE_INFINITY } = Number

/** All logs of a container. */
export class Log implements LogSink {
  readonly #sinks: LogSink[] = []

  /** @throws {Refusal} if a file cannot be opened. */
  constructor(settings: Settings) {
    try {
      for (const driver of settings.drivers) this.#sinks.push(...openDriver(driver, settings))
    } catch (error) {
      this.close()
      throw error
    }
  }

  async write(stream: StreamName, piece: Buffer): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.write(stream, piece)))
  }

  ends(): LogEnd[] {
    return this.#sinks.flatMap((sink) => sink.ends())
  }

  cutBack(ends: readonly LogEnd[]): void {
    for (const sink of this.#sinks) sink.cutBack(ends)
  }

  reopen(): void {
    for (const sink of this.#sinks) sink.reopen()
  }

  async sync(): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.sync()))
  }

  close(): void {
    for (const sink of this.#sinks) sink.close()
  }
}

function openDriver(driver: LogDriver, settings: Settings): LogSink[] {
  const open = (what: string, make: () => LogSink): LogSink[] => {
    try {
      return [make()]
    } catch (error) {
      throw new Refusal(`Failed to open ${what}: ${(error as Error).message}`)
    }
  }
  if (driver.kind === 'file')
    return open('log file', () => new LogFile(driver.path, limitsOf(settings)))
  if (driver.kind === 'journald') return open('the journal', () => openJournal(settings))
  return []
}

function openJournal(settings: Settings): JournalLog {
  const { cuuid = '', name, 'log-tag': tag, 'log-label': labels } = settings
  const marksParts = !settings['no-container-partial-message']
  return new JournalLog({ cuuid, name, tag, labels }, { marksParts })
}

function limitsOf(settings: Settings): LogLimits {
  const limit = (value: number | undefined) =>
    value === undefined || value <= 0 ? POSITIVE_INFINITY : value
  return {
    size: limit(settings['log-size-max']),
    total: limit(settings['log-global-size-max']),
    backups: settings['log-rotate'] ? Math.max(settings['log-max-files'] ?? 1, 1) : 0,
  }
}
