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

/** The socket at which the runtime hands over the container's terminal. */
export class ConsoleSocket {
  readonly path: string
  readonly #folder: string
  readonly #fd: number

  constructor() {
    // The runtime connects by the path, so it must be shorter than that of a bundle may be.
    this.#folder = mkdtempSync(join(tmpdir(), 'sexton-console-'))
    this.path = join(this.#folder, 'socket')
    this.#fd = openSocket('stream')
    fchmodSync(this.#fd, 0o700)
    bindSocket(this.#fd, this.path)
    listenSocket(this.#fd)
  }

  /**
   * Takes the terminal that the runtime has sent before it exited.
   *
   * @returns Its master side; `undefined` if the runtime sent none.
   */
  takeTerminal(): number | undefined {
    const connection = acceptSocket(this.#fd)
    if (connection === undefined) return undefined
    try {
      const [master, ...others] = receiveMessage(connection, Buffer.alloc(4096))?.fds ?? []
      for (const fd of others) closeDescriptor(fd)
      if (master !== undefined) translateNewlines(master, true)
      return master
    } finally {
      closeDescriptor(connection)
    }
  }

  close(): void {
    closeDescriptor(this.#fd)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
