import { setTimeout as delay } from 'node:timers/promises'
import { Fifo } from '../base/fifo.js'

// Bytes that may wait before the container's output waits, too.
const ROOM = 1 << 20
/**
 * Milliseconds for which the container's output waits for a receiver that takes nothing at all. One that is merely slow
 * loses nothing.
 */
const PATIENCE = 10_000

/** A receiver of messages, which may be slow. */
export interface Receiver {
  /** Sends what there is room for. Returns the rest, which a socket of packets has only as a whole. */
  trySend(message: Uint8Array): Uint8Array
  /** Resolves when there may be room, or when the outbox was cleared. */
  writable(): Promise<void>
  /** Clears the outbox, in which so many messages wait: the receiver has taken nothing for too long. */
  giveUp(waiting: number): void
}

/** Messages that wait until their receiver has room for them. */
export class Outbox {
  readonly #receiver: Receiver
  readonly #patience: number
  readonly #queue = new Fifo<Uint8Array>()
  #queued = 0
  #sent = 0
  /** Resolves when the queue is empty, or was cleared. */
  #flushing: Promise<void> = Promise.resolve()

  constructor(receiver: Receiver, patience = PATIENCE) {
    this.#receiver = receiver
    this.#patience = patience
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0
  }

  /** Sends a message now or, if there is no room, a copy of it later. */
  send(message: Uint8Array): void {
    const left = this.isEmpty ? this.#trySend(message) : message
    if (left.length === 0) return
    this.#queue.push(Uint8Array.prototype.slice.call(left))
    this.#queued += left.length
    if (this.#queue.size === 1) this.#flushing = this.#flush()
  }

  /** Waits until there is room for more, or the receiver was given up. */
  async room(): Promise<void> {
    if (this.#queued > ROOM) await this.flushed()
  }

  /** Waits until the receiver has everything, or was given up. */
  async flushed(): Promise<void> {
    while (this.#queued > 0) {
      const before = this.#sent
      const timer = new AbortController()
      const late = delay(this.#patience, undefined, { signal: timer.signal }).catch(() => {})
      await Promise.race([this.#flushing, late])
      timer.abort()
      if (this.#queued > 0 && this.#sent === before) this.#receiver.giveUp(this.#queue.size)
    }
  }

  /** Drops what waits. The receiver's `writable()` must resolve then. */
  clear(): void {
    this.#queue.clear()
    this.#queued = 0
  }

  #trySend(message: Uint8Array): Uint8Array {
    const left = this.#receiver.trySend(message)
    this.#sent += message.length - left.length
    return left
  }

  async #flush(): Promise<void> {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      for (let left = this.#trySend(next); left.length > 0; left = this.#trySend(left)) {
        await this.#receiver.writable()
        if (this.#queue.peek() !== next) return
      }
      if (this.#queue.peek() !== next) return
      this.#queued -= next.length
      this.#queue.take()
    }
  }
}
