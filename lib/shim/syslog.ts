import { closeDescriptor } from '../system/descriptors.js'
import { connectSocket, openSocket, sendMessage } from '../system/unix-socket.js'

/** The severities of syslog(3) that a shim needs, with their numbers. */
export const SEVERITIES = { error: 3, warning: 4, info: 6, debug: 7 } as const
export type Severity = keyof typeof SEVERITIES

const SOCKET = '/dev/log' // _PATH_LOG of syslog(3)
const LOG_USER = 1 << 3 // the facility of programs that choose none
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/**
 * The system's log, as syslog(3) writes to it. Like that function it loses messages where no syslog daemon runs. Unlike
 * it, it never waits for one: it counts what had no room, and says so when there is some.
 */
export class Syslog {
  readonly #tag: string
  readonly #path: string
  #fd: number | undefined
  #lost = 0

  /** @param tag The name of the program, in front of each message. */
  constructor(tag: string, path = SOCKET) {
    this.#tag = tag
    this.#path = path
  }

  write(severity: Severity, text: string): void {
    if (this.#lost > 0) this.#tellLoss()
    if (!this.#send(severity, text)) this.#lost += 1
  }

  close(): void {
    if (this.#fd !== undefined) closeDescriptor(this.#fd)
    this.#fd = undefined
  }

  #tellLoss(): void {
    if (this.#send('warning', `${this.#lost} messages were lost: no room in syslog`)) this.#lost = 0
  }

  /** Whether the message needs no second try. */
  #send(severity: Severity, text: string): boolean {
    const priority = LOG_USER | SEVERITIES[severity]
    const message = Buffer.from(`<${priority}>${timestamp(new Date())} ${this.#tag}: ${text}`)
    const isNew = this.#fd === undefined
    try {
      this.#fd ??= this.#connect()
      return sendMessage(this.#fd, message) !== undefined
    } catch {
      this.close() // the daemon is gone, or was started anew
      return isNew || this.#send(severity, text)
    }
  }

  #connect(): number {
    const fd = openSocket('datagram')
    try {
      connectSocket(fd, this.#path)
      return fd
    } catch (error) {
      closeDescriptor(fd)
      throw error
    }
  }
}

/** The local time as RFC 3164 has it: `Nov  8 01:45:26`. */
function timestamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${time}`
}
