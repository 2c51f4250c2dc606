import { constants } from 'node:os'
import { type SextonError, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { closeDescriptor } from '../system/descriptors.js'
import { connectSocket, openSocket, sendMessage } from '../system/unix-socket.js'
import { Outbox } from './outbox.js'
import { Pollable } from './pollable.js'

const NOTHING = new Uint8Array(0)
// The errors of a message that is too long for a datagram (unix(7)).
const { EMSGSIZE, ENOBUFS } = constants.errno
const TOO_LONG: ReadonlySet<number | undefined> = new Set([EMSGSIZE, ENOBUFS])

/** journald's socket: it takes one entry in each datagram, or in a file in memory if the entry is longer. */
export class JournalSocket {
  readonly #path: string
  readonly #outbox: Outbox
  #socket: Pollable
  #lost = 0

  /**
   * @param patience Milliseconds for which the output waits for a journald that takes nothing, before entries are dropped.
   * @throws {SextonError} if journald does not run.
   */
  constructor(path: string, patience?: number) {
    this.#path = path
    this.#socket = connect(path)
    const receiver = {
      trySend: (entry: Uint8Array) => this.#trySend(entry),
      writable: () => this.#socket.writable(),
      giveUp: (waiting: number) => this.#drop(waiting),
    }
    this.#outbox = new Outbox(receiver, patience)
  }

  /** Tells journald how many entries were lost, if there are any and it takes entries again. */
  tellLoss(entryFor: (count: number) => Buffer): void {
    if (this.#lost === 0 || !this.#outbox.isEmpty) return
    if (this.#attempt(entryFor(this.#lost)) === 'sent') this.#lost = 0
  }

  /** Sends an entry now or, if there is no room, later. */
  send(entry: Buffer): void {
    this.#outbox.send(entry)
  }

  /** Waits until there is room for more, or journald was given up for now. */
  room(): Promise<void> {
    return this.#outbox.room()
  }

  /** Waits until journald has all entries, or was given up for now. */
  flushed(): Promise<void> {
    return this.#outbox.flushed()
  }

  close(): void {
    this.#socket.wake()
    closeDescriptor(this.#socket.fd)
  }

  #drop(waiting: number): void {
    this.#lost += waiting
    this.#outbox.clear()
    this.#socket.wake()
  }

  #trySend(entry: Uint8Array): Uint8Array {
    const outcome = this.#attempt(entry)
    if (outcome === 'full') return entry
    if (outcome === 'failed') this.#lost += 1
    return NOTHING
  }

  #attempt(entry: Uint8Array): 'sent' | 'full' | 'failed' {
    try {
      return this.#sendOnce(entry) ? 'sent' : 'full'
    } catch {
      return this.#attemptAnew(entry)
    }
  }

  // journald was started anew, or has gone.
  #attemptAnew(entry: Uint8Array): 'sent' | 'failed' {
    try {
      const socket = connect(this.#path)
      this.close()
      this.#socket = socket
      return this.#sendOnce(entry) ? 'sent' : 'failed'
    } catch {
      return 'failed'
    }
  }

  #sendOnce(entry: Uint8Array): boolean {
    try {
      return sendMessage(this.#socket.fd, entry) !== undefined
    } catch (error) {
      if (!TOO_LONG.has((error as SextonError).errno)) throw error
      return sendInMemory(this.#socket.fd, entry)
    }
  }
}

function sendInMemory(fd: number, entry: Uint8Array): boolean {
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
