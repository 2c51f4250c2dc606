import { readSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { hold } from '../../../lib/base/process-life.js'
import { Pollable } from '../../../lib/shim/pollable.js'
import { closeDescriptor } from '../../../lib/system/descriptors.js'
import { bindSocket, openSocket, receiveMessage } from '../../../lib/system/unix-socket.js'

/** A server of datagrams that stands in for syslog's or journald's. */
export class DatagramServer {
  readonly #socket: Pollable
  readonly #buffer = Buffer.alloc(1 << 20)
  #isOpen = true

  constructor(path: string) {
    const fd = openSocket('datagram')
    bindSocket(fd, path)
    this.#socket = new Pollable(fd)
    onTestFinished(() => this.close())
  }

  /** The next message: its bytes, or those of the file in memory that came along. */
  async next(): Promise<Buffer> {
    const release = hold()
    for (;;) {
      const message = receiveMessage(this.#socket.fd, this.#buffer)
      if (message === undefined) await this.#socket.readable()
      else {
        release()
        const [memory] = message.fds
        if (memory === undefined) return Buffer.from(this.#buffer.subarray(0, message.size))
        return contentOf(memory)
      }
    }
  }

  /** Whether no message has come. */
  get isEmpty(): boolean {
    return receiveMessage(this.#socket.fd, this.#buffer, { peek: true }) === undefined
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#socket.wake()
    closeDescriptor(this.#socket.fd)
  }
}

function contentOf(memory: number): Buffer {
  const content = Buffer.alloc(8 << 20)
  const size = readSync(memory, content, 0, content.length, 0)
  closeDescriptor(memory)
  return content.subarray(0, size)
}

/** The fields of an entry of the journal. */
export function fieldsOf(entry: Buffer): Record<string, string> {
  const fields: Record<string, string> = {}
  for (let at = 0; at < entry.length; ) {
    const line = entry.subarray(at, entry.indexOf(10, at))
    const equals = line.indexOf(61)
    if (equals >= 0) {
      fields[line.toString('utf8', 0, equals)] = line.toString('utf8', equals + 1)
      at += line.length + 1
    } else {
      const start = at + line.length + 9
      const size = Number(entry.readBigUInt64LE(start - 8))
      fields[line.toString()] = entry.toString('utf8', start, start + size)
      at = start + size + 1
    }
  }
  return fields
}
