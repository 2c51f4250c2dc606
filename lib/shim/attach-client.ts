import { setTimeout as delay } from 'node:timers/promises'
import { Fifo } from '../base/fifo.js'
import { closeDescriptor } from '../system/descriptors.js'
import { receiveMessage, sendMessage } from '../system/unix-socket.js'
import { Pollable } from './pollable.js'

// Bytes that a client may leave unread before the container's output waits for it.
const ROOM = 1 << 20
// Bytes of one message from a client. podman and CRI-O send 32 KiB at most.
const LARGEST_INPUT = 65_536
/**
 * Milliseconds for which the container's output waits for a client that reads nothing at all. Then the client is cut
 * off, and the container goes on. A client that is merely slow loses nothing.
 */
const PATIENCE = 10_000
const NOTHING = new Uint8Array(0)

/** One client of the attach socket: it gets the output, and may send input. */
export class AttachClient {
  readonly #socket: Pollable
  readonly #patience: number
  readonly #queue = new Fifo<Uint8Array>()
  #queued = 0
  #sent = 0
  #isOpen = true
  /** Resolves when the queue is empty, or the client is gone. */
  #flushing: Promise<void> = Promise.resolve()

  constructor(fd: number, patience = PATIENCE) {
    this.#socket = new Pollable(fd)
    this.#patience = patience
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The bytes that the client sends, until it has sent its last or is gone. A piece is valid until the next one. */
  async *input(): AsyncGenerator<Uint8Array, void> {
    const buffer = Buffer.allocUnsafe(LARGEST_INPUT)
    while (this.#isOpen) {
      const size = this.#receive(buffer)
      if (size === 0) return
      if (size === undefined) await this.#socket.readable()
      else yield buffer.subarray(0, size)
    }
  }

  /** Waits until the client has left, which it may do while there is nothing to send to it. */
  async departure(): Promise<void> {
    if (this.#isOpen) await this.#socket.hungUp()
    this.close()
  }

  /** Sends a message now or, if there is no room, later. */
  send(message: Uint8Array): void {
    if (!this.#isOpen) return
    const left = this.#queue.size === 0 ? this.#trySend(message) : message
    if (left.length === 0) return
    this.#queue.push(Uint8Array.prototype.slice.call(left))
    this.#queued += left.length
    if (this.#queue.size === 1) this.#flushing = this.#flush()
  }

  /** Waits until the client has room for more, or was cut off because it does not read. */
  async room(): Promise<void> {
    if (this.#queued > ROOM) await this.#untilFlushed()
  }

  /** Closes the connection when the client has read everything, or was cut off because it does not read. */
  async finish(): Promise<void> {
    await this.#untilFlushed()
    this.close()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#socket.wake()
    this.#queue.clear()
    this.#queued = 0
    closeDescriptor(this.#socket.fd)
  }

  #receive(buffer: Uint8Array): number | undefined {
    try {
      return receiveMessage(this.#socket.fd, buffer)?.size
    } catch {
      return 0 // the connection was reset
    }
  }

  /** Sends what there is room for. Returns the rest, which a socket of packets has only as a whole. */
  #trySend(message: Uint8Array): Uint8Array {
    try {
      const sent = sendMessage(this.#socket.fd, message) ?? 0
      this.#sent += sent
      return message.subarray(sent)
    } catch {
      this.close() // nobody receives any more
      return NOTHING
    }
  }

  async #flush(): Promise<void> {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      for (let left = this.#trySend(next); left.length > 0; left = this.#trySend(left)) {
        await this.#socket.writable()
        if (!this.#isOpen) return
      }
      if (!this.#isOpen) return
      this.#queued -= next.length
      this.#queue.take()
    }
  }

  async #untilFlushed(): Promise<void> {
    while (this.#queued > 0) {
      const before = this.#sent
      const timer = new AbortController()
      const late = delay(this.#patience, undefined, { signal: timer.signal }).catch(() => {})
      await Promise.race([this.#flushing, late])
      timer.abort()
      if (this.#queued > 0 && this.#sent === before) this.close()
    }
  }
}
