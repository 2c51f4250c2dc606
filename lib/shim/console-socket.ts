import { fchmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeDescriptor } from '../system/descriptors.js'
import { translateNewlines } from '../system/terminal.js'
import {
  acceptSocket,
  bindSocket,
  listenSocket,
  openSocket,
  receiveMessage,
} from '../system/unix-socket.js'
import { Pollable } from './pollable.js'

/** The socket at which the runtime hands over the container's terminal. */
export class ConsoleSocket {
  readonly path: string
  readonly #folder: string
  readonly #socket: Pollable
  #connection: Pollable | undefined
  #isFinished = false

  constructor() {
    // The runtime connects by the path, so it must be shorter than that of a bundle may be.
    this.#folder = mkdtempSync(join(tmpdir(), 'sexton-console-'))
    this.path = join(this.#folder, 'socket')
    const fd = openSocket('stream')
    fchmodSync(fd, 0o700)
    bindSocket(fd, this.path)
    listenSocket(fd)
    this.#socket = new Pollable(fd)
  }

  /** Resolves with the terminal's master side; `undefined` if it has not come by `finish()`. */
  async terminal(): Promise<number | undefined> {
    const fd = await this.#next(this.#socket, () => acceptSocket(this.#socket.fd))
    if (fd === undefined) return undefined
    this.#connection = new Pollable(fd)
    try {
      const room = Buffer.alloc(4096) // for the name of the terminal, of which nobody makes use
      const message = await this.#next(this.#connection, () => receiveMessage(fd, room))
      const [master, ...others] = message?.fds ?? []
      for (const other of others) closeDescriptor(other)
      if (master !== undefined) translateNewlines(master, true)
      return master
    } finally {
      closeDescriptor(fd)
    }
  }

  /** The runtime has exited: whatever it has sent is there. */
  finish(): void {
    this.#isFinished = true
    this.#socket.wake()
    this.#connection?.wake()
  }

  close(): void {
    closeDescriptor(this.#socket.fd)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #next<T>(source: Pollable, take: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const taken = take()
      if (taken !== undefined || this.#isFinished) return taken
      await source.readable()
    }
  }
}
