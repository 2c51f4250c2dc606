import { commonFields, type JournalNames, journalField } from './journal-entry.js'
import { JournalSocket } from './journal-socket.js'
import { LineKeeper } from './line-keeper.js'
import type { LogSink } from './log-sink.js'
import type { StreamName } from './stream-name.js'

// Priorities of syslog(3) that conmon gives the streams: LOG_INFO and LOG_ERR.
const PRIORITIES = { stdout: '6', stderr: '3' } as const
const STREAMS = ['stdout', 'stderr'] as const

export interface JournalOptions {
  /** Whether a part of a line is marked. Default `true`. */
  marksParts?: boolean
  /** Default: journald's. */
  path?: string
  patience?: number
}

/** The system's journal, with one entry for each line. */
export class JournalLog implements LogSink {
  readonly #socket: JournalSocket
  readonly #keeper = new LineKeeper()
  readonly #heads: Readonly<Record<StreamName, Buffer>>
  readonly #mark: Buffer

  /** @throws {SextonError} if journald does not run. */
  constructor(names: JournalNames, options: JournalOptions = {}) {
    const { marksParts = true, path = '/run/systemd/journal/socket', patience } = options
    this.#socket = new JournalSocket(path, patience)
    const common = commonFields(names)
    const head = (stream: StreamName) =>
      Buffer.concat([common, journalField('PRIORITY', PRIORITIES[stream])])
    this.#heads = { stdout: head('stdout'), stderr: head('stderr') }
    this.#mark = marksParts ? journalField('CONTAINER_PARTIAL_MESSAGE', 'true') : Buffer.alloc(0)
  }

  write(stream: StreamName, piece: Buffer): Promise<void> {
    const { whole, part } = this.#keeper.add(stream, piece)
    for (let at = 0; at < whole.length; ) {
      const end = whole.indexOf(10, at)
      this.#send(stream, whole.subarray(at, end))
      at = end + 1
    }
    this.#sendPart(stream, part)
    return this.#socket.room()
  }

  ends(): [] {
    return []
  }

  cutBack(): void {}

  reopen(): void {}

  /** Sends what is left. */
  async sync(): Promise<void> {
    for (const stream of STREAMS) this.#sendPart(stream, this.#keeper.rest(stream))
    await this.#socket.flushed()
  }

  close(): void {
    this.#socket.close()
  }

  #sendPart(stream: StreamName, part: Buffer): void {
    if (part.length > 0) this.#send(stream, part, this.#mark)
  }

  #send(stream: StreamName, message: Buffer, mark: Buffer = Buffer.alloc(0)): void {
    this.#socket.tellLoss((count) => {
      const text = `sexton-shim: ${count} entries were lost: journald took none`
      return this.#entry('stderr', Buffer.from(text))
    })
    this.#socket.send(Buffer.concat([this.#entry(stream, message), mark]))
  }

  #entry(stream: StreamName, message: Buffer): Buffer {
    return Buffer.concat([this.#heads[stream], journalField('MESSAGE', message)])
  }
}
