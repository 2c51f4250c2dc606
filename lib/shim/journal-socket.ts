import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { type SextonError, systemError } from '../base/errors.js'
import { Fifo } from '../base/fifo.js'
import { binding } from '../system/binding.js'
import { closeDescriptor } from '../system/descriptors.js'
import { connectSocket, openSocket, sendMessage } from '../system/unix-socket.js'
import { Pollable } from './pollable.js'

// Bytes that may wait for journald before the container's output waits, too.
const ROOM = 1 << 20
// Milliseconds for which the container's output waits for a journald that takes nothing. Then entries are dropped.
const PATIENCE = 10_000
// The errors of a message that is too long for a datagram (unix(7)).
const { EMSGSIZE, ENOBUFS } = constants.errno
const TOO_LONG: ReadonlySet<number | undefined> = new Set([EMSGSIZE, ENOBUFS])

/** journald's socket: it takes one entry in each datagram, or in a file in memory if the entry is longer. */
export class JournalSocket {
  readonly #path: string
  readonly #patience: number
  readonly #queue = new Fifo<Buffer>()
  #socket: Pollable
  #queued = 0
  #taken = 0
  #lost = 0
  #flushing: Promise<void> = Promise.resolve()

  /** @throws {SextonError} if journald does not run. */
  constructor(path: string, patience = PATIENCE) {
    this.#path = path
    this.#patience = patience
    this.#socket = connect(path)
  }

  /** Tells journald how many entries were lost, if there are any and it takes entries again. */
  tellLoss(entryFor: (count: number) => Buffer): void {
    if (this.#lost === 0 || this.#queue.size > 0) return
    if (this.#attempt(entryFor(this.#lost)) === 'sent') this.#lost = 0
  }

  /** Sends an entry now or, if there is no room, later. */
  send(entry: Buffer): void {
    if (this.#queue.size === 0 && this.#trySend(entry)) return
    this.#queue.push(entry)
    this.#queued += entry.length
    if (this.#queue.size === 1) this.#flushing = this.#flush()
  }

  /** Waits until there is room for more, or journald was given up for now. */
  async room(): Promise<void> {
    if (this.#queued > ROOM) await this.flushed()
  }

  /** Waits until journald has all entries, or was given up for now. */
  async flushed(): Promise<void> {
    while (this.#queued > 0) {
      const before = this.#taken
      const timer = new AbortController()
      const late = delay(this.#patience, undefined, { signal: timer.signal }).catch(() => {})
      await Promise.race([this.#flushing, late])
      timer.abort()
      if (this.#queued > 0 && this.#taken === before) this.#drop()
    }
  }

  close(): void {
    this.#socket.wake()
    closeDescriptor(this.#socket.fd)
  }

  async #flush(): Promise<void> {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (!this.#trySend(next)) await this.#socket.writable()
      else if (this.#queue.peek() === next) this.#queued -= this.#queue.take()?.length ?? 0
    }
  }

  #drop(): void {
    this.#lost += this.#queue.size
    this.#queue.clear()
    this.#queued = 0
    this.#socket.wake()
  }

  /** Whether the entry is off this process's hands. */
  #trySend(entry: Buffer): boolean {
    const outcome = this.#attempt(entry)
    if (outcome === 'full') return false
    if (outcome === 'sent') this.#taken += 1
    else this.#lost += 1
    return true
  }

  #attempt(entry: Buffer): 'sent' | 'full' | 'failed' {
    try {
      return this.#sendOnce(entry) ? 'sent' : 'full'
    } catch {
      return this.#attemptAnew(entry)
    }
  }

  // journald was started anew, or has gone.
  #attemptAnew(entry: Buffer): 'sent' | 'failed' {
    try {
      const socket = connect(this.#path)
      this.close()
      this.#socket = socket
      return this.#sendOnce(entry) ? 'sent' : 'failed'
    } catch {
      return 'failed'
    }
  }

  #sendOnce(entry: Buffer): boolean {
    try {
      return sendMessage(this.#socket.fd, entry) !== undefined
    } catch (error) {
      if (!TOO_LONG.has((error as SextonError).errno)) throw error
      return sendInMemory(this.#socket.fd, entry)
    }
  }
}

function sendInMemory(fd: number, entry: Buffer): boolean {
  const memory = binding.makeSealedFile(entry)
  if (memory < 0) throw systemError(memory, 'memfd_create')
  try {
    return sendMessage(fd, Buffer.alloc(0), [memory]) !== undefined
  } finally {
    closeDescriptor(memory)
  }
}

function connect(path: string): Pollable {
  const fd = openSocket('datagram')
  try {
    connectSocket(fd, path)
    return new Pollable(fd)
  } catch (error) {
    closeDescriptor(fd)
    throw error
  }
}
