import { closeDescriptor } from '../system/descriptors.js'
import { receiveMessage, sendMessage } from '../system/unix-socket.js'
import { Outbox } from './outbox.js'
import { Pollable } from './pollable.js'

// Bytes of one message from a client. podman and CRI-O send 32 KiB at most.
const LARGEST_INPUT = 65_536
const NOTHING = new Uint8Array(0)

/** One client of the attach socket: it gets the output, and may send input. */
export class AttachClient {
  readonly #socket: Pollable
  readonly #outbox: Outbox
  #isOpen = true

  /** @param patience Milliseconds for which the output waits for a client that does not read, before it is cut off. */
  constructor(fd: number, patience?: number) {
    this.#socket = new Pollable(fd)
    const receiver = {
      trySend: (message: Uint8Array) => this.#trySend(message),
      writable: () => this.#socket.writable(),
      giveUp: () => this.close(),
    }
    this.#outbox = new Outbox(receiver, patience)
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
    if (this.#isOpen) this.#outbox.send(message)
  }

  /** Waits until the client has room for more, or was cut off because it does not read. */
  room(): Promise<void> {
    return this.#outbox.room()
  }

  /** Closes the connection when the client has read everything, or was cut off because it does not read. */
  async finish(): Promise<void> {
    await this.#outbox.flushed()
    this.close()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#outbox.clear()
    this.#socket.wake()
    closeDescriptor(this.#socket.fd)
  }

  #receive(buffer: Uint8Array): number | undefined {
    try {
      return receiveMessage(this.#socket.fd, buffer)?.size
    } catch {
      return 0 // the connection was reset
    }
  }

  #trySend(message: Uint8Array): Uint8Array {
    try {
      return message.subarray(sendMessage(this.#socket.fd, message) ?? 0)
    } catch {
      this.close() // nobody receives any more
      return NOTHING
    }
  }
}
