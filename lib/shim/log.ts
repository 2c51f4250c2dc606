import type { LogDriver } from './log-driver.js'
import { LogFile, type LogLimits } from './log-file.js'
import type { LogSink } from './log-sink.js'
import { Refusal } from './refusal.js'
import type { Settings } from './settings.js'
import type { StreamName } from './stream-name.js'

const { POSITIVE_INFINITY } = Number

/** All logs of a container. */
export class Log implements LogSink {
  readonly #sinks: readonly LogSink[]

  /** @throws {Refusal} if a file cannot be opened. */
  constructor(settings: Settings) {
    this.#sinks = settings.drivers.flatMap((driver) => openDriver(driver, limitsOf(settings)))
  }

  write(stream: StreamName, piece: Buffer): void {
    for (const sink of this.#sinks) sink.write(stream, piece)
  }

  reopen(): void {
    for (const sink of this.#sinks) sink.reopen()
  }

  sync(): void {
    for (const sink of this.#sinks) sink.sync()
  }
}

function openDriver(driver: LogDriver, limits: LogLimits): LogSink[] {
  if (driver.kind !== 'file') return []
  try {
    return [new LogFile(driver.path, limits)]
  } catch (error) {
    throw new Refusal(`Failed to open log file: ${(error as Error).message}`)
  }
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
