import { constants, openSync } from 'node:fs'
import { printable } from '../../base/printable.js'
import { binding } from '../../system/binding.js'
import { WARNING } from './settings.js'

/** Where a report goes, and how much of it. */
export interface ReportOptions {
  /** The program's name in messages. */
  name: string
  verbosity: number
  format: 'text' | 'json'
  /** For a JSON line each event; `undefined`: nobody asked. */
  statusFd: number | undefined
}

export type Fields = Readonly<Record<string, unknown>>

const STDERR = 2
// Milliseconds for a reader of the status stream to make room: a burst of events may be ahead of it. One
// that has stopped reading is not waited for again until it has read.
const PATIENCE = 100
const LEVELS = ['fatal', 'warning', 'info', 'debug', 'trace'] as const

/** What `pid1` says: messages for people on stderr, events for programs on a descriptor of their own. */
export class Report {
  readonly #options: ReportOptions
  /** Descriptors whose last line was cut off, as its reader has fallen behind. */
  readonly #torn = new Set<number>()
  /** Whether somebody was reading the status stream when we last wrote to it. */
  #hasReader = true

  constructor(options: ReportOptions) {
    this.#options = options
  }

  /** Whether anyone wants to hear of each process that is reaped. */
  wants(level: number): boolean {
    return this.#options.statusFd !== undefined || this.#options.verbosity >= level
  }

  /** A message, if it is asked for at this level. */
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

  /** One line of the status stream. */
  event(event: string, fields: Fields): void {
    const { statusFd } = this.#options
    if (statusFd === undefined) return
    const patience = this.#hasReader ? PATIENCE : 0
    this.#hasReader = this.#write(statusFd, json({ event, time: now(), ...fields }), patience)
  }

  // A message that cannot be written is lost: nothing here may end or hold up the supervision, not even a
  // pipe that is full. After half a line the next one begins anew.
  #write(fd: number, line: string, patience: number): boolean {
    const bytes = Buffer.from(`${this.#torn.has(fd) ? '\n' : ''}${line}\n`)
    const written = binding.writeFromBackground(fd, bytes, patience)
    if (written === bytes.length) this.#torn.delete(fd)
    else if (written > 0) this.#torn.add(fd)
    return written === bytes.length
  }
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants

/** Opens the file of the status stream, to be appended to. A FIFO that nobody reads fails, and does not wait. */
export function openStatusFile(path: Buffer): number {
  return openSync(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o644)
}

function now(): string {
  return new Date().toISOString()
}

// Processes choose their names, and a terminal may take U+0080 to U+009F for controls too.
function json(fields: Fields): string {
  return JSON.stringify(fields).replace(/[\x7f-\x9f]/g, (character) => {
    return `\\u00${character.charCodeAt(0).toString(16)}`
  })
}
