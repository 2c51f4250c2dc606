import type { LogDriver } from './log-driver.js'
import { LogFile, type LogLimits } from './log-file.js'
import { Refusal } from './refusal.js'
import type { Settings } from './settings.js'
import type { StreamName } from './stream-name.js'

const { POSITIVE_INFINITY } = Number

/** All logs of a container. */
export class Log {
  readonly #files: readonly LogFile[]

  /** @throws {Refusal} if a file cannot be opened. */
  constructor(settings: Settings) {
    this.#files = settings.drivers.flatMap((driver) => openDriver(driver, limitsOf(settings)))
  }

  write(stream: StreamName, piece: Buffer): void {
    for (const file of this.#files) file.write(stream, piece)
  }

  reopen(): void {
    for (const file of this.#files) file.reopen()
  }

  sync(): void {
    for (const file of this.#files) file.sync()
  }
}

function openDriver(driver: LogDriver, limits: LogLimits): LogFile[] {
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
