import { constants, openSync } from 'node:fs'
import { printable } from '../../base/printable.js'
import { binding } from '../../system/binding.js'
import { WARNING } from './settings.js'

/** The destination and the detail of a report. */
export interface ReportOptions {
  /** The program's name in messages. */
  name: string
  verbosity: number
  format: 'text' | 'json'
  /** The descriptor for a line of JSON for each event; `undefined` if there is no status stream. */
  statusFd: number | undefined
  /** Milliseconds to wait for room in the status stream. Default: 100, because the supervision waits meanwhile. */
  patience?: number | undefined
}

export type Fields = Readonly<Record<string, unknown>>

const STDERR = 2
// Milliseconds to wait for room in the status stream, because its reader may lag behind a burst of events. A reader
// that did not make room is not waited for again until it reads.
const PATIENCE = 100
const LEVELS = ['fatal', 'warning', 'info', 'debug', 'trace'] as const

/** The output of `pid1`: messages for people on stderr, and events for programs on a status stream. */
export class Report {
  readonly #options: ReportOptions
  /** Descriptors whose last line was cut off because the reader has fallen behind. */
  readonly #torn = new Set<number>()
  /** Whether the status stream accepted the last line. */
  #hasReader = true

  constructor(options: ReportOptions) {
    this.#options = options
  }

  /** Whether messages of this level, or events, go anywhere. */
  wants(level: number): boolean {
    return this.#options.statusFd !== undefined || this.#options.verbosity >= level
  }

  /** Writes a message if the verbosity includes its level. */
  say(level: number, message: string, fields: Fields = {}): void {
    const { name, verbosity, format } = this.#options
    if (verbosity < level) return
    const line =
      format === 'text'
        ? `${name}: ${printable(message, true)}`
        : json({ time: now(), level: LEVELS[level], message, ...fields })
    this.#write(STDERR, line, 0)
  }

  warn(message: string, fields: Fields = {}): void {
    this.say(WARNING, message, fields)
  }

  /** Writes an event to the status stream. */
  event(event: string, fields: Fields): void {
    const { statusFd, patience = PATIENCE } = this.#options
    if (statusFd === undefined) return
    const wait = this.#hasReader ? patience : 0
    this.#hasReader = this.#write(statusFd, json({ event, time: now(), ...fields }), wait)
  }

  // Loses a message that cannot be written, because logging must never stop or delay the supervision, not even on a
  // full pipe. After half a line, the next message starts on a new line.
  #write(fd: number, line: string, patience: number): boolean {
    const bytes = Buffer.from(`${this.#torn.has(fd) ? '\n' : ''}${line}\n`)
    const written = binding.writeFromBackground(fd, bytes, patience)
    if (written === bytes.length) this.#torn.delete(fd)
    else if (written > 0) this.#torn.add(fd)
    return written === bytes.length
  }
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants

/** Opens the file of the status stream for appending. It fails at once for a FIFO without a reader. */
export function openStatusFile(path: Buffer): number {
  return openSync(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o644)
}

function now(): string {
  return new Date().toISOString()
}

// Escapes control characters that JSON permits: processes choose their names, and a terminal interprets these.
function json(fields: Fields): string {
  return JSON.stringify(fields).replace(/[\x7f-\x9f]/g, (character) => {
    return `\\u00${character.charCodeAt(0).toString(16)}`
  })
}
