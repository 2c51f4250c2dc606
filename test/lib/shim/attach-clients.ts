import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { hold } from '../../../lib/base/process-life.js'
import { Pollable } from '../../../lib/shim/pollable.js'
import { closeDescriptor } from '../../../lib/system/descriptors.js'
import {
  connectSocket,
  openSocket,
  receiveMessage,
  sendMessage,
  shutdownSocket,
} from '../../../lib/system/unix-socket.js'

/** What a client of an attach socket has got. */
export interface Got {
  stdout: Buffer
  stderr: Buffer
  /** Bytes of the longest message. */
  longest: number
}

/** A client of an attach socket, as podman is one. */
export class TestClient {
  readonly #socket: Pollable
  #isOpen = true

  constructor(folder: string) {
    const fd = openSocket('seqpacket')
    connectSocket(fd, join(folder, 'attach'))
    this.#socket = new Pollable(fd)
    onTestFinished(() => this.close())
  }

  /** Reads everything until the server closes the connection. */
  async read(): Promise<Got> {
    const release = hold()
    const pieces: Record<number, Buffer[]> = { 2: [], 3: [] }
    const buffer = Buffer.alloc(65_536)
    let longest = 0
    while (this.#isOpen) {
      const message = receiveMessage(this.#socket.fd, buffer)
      if (message === undefined) await this.#socket.readable()
      else if (message.size === 0) break
      else {
        longest = Math.max(longest, message.size)
        pieces[buffer[0] as number]?.push(Buffer.from(buffer.subarray(1, message.size)))
      }
    }
    release()
    const [stdout, stderr] = [pieces[2], pieces[3]].map((each) => Buffer.concat(each ?? []))
    return { stdout: stdout as Buffer, stderr: stderr as Buffer, longest }
  }

  /** Waits for the next message. */
  async firstMessage(): Promise<void> {
    const release = hold()
    const buffer = Buffer.alloc(65_536)
    while (receiveMessage(this.#socket.fd, buffer) === undefined) await this.#socket.readable()
    release()
  }

  async write(bytes: Uint8Array, piece = 32_768): Promise<void> {
    const release = hold()
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + piece)
      if (sendMessage(this.#socket.fd, part) === undefined) await this.#socket.writable()
      else at += part.length
    }
    release()
  }

  /** Sends no more, and still reads. */
  endInput(): void {
    shutdownSocket(this.#socket.fd, 'write')
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#socket.wake()
    closeDescriptor(this.#socket.fd)
  }
}
