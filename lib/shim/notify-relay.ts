import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closeDescriptor } from '../system/descriptors.js'
import {
  bindSocket,
  connectSocket,
  openSocket,
  receiveMessage,
  sendMessage,
} from '../system/unix-socket.js'
import { Pollable } from './pollable.js'

// Bytes of a message. systemd itself takes no longer ones.
const LONGEST = 4096
// What a container may say to the host's service manager about itself, but not, for example, which process is its main
// one (sd_notify(3)).
const PASSED = /^(READY|RELOADING|STOPPING|STATUS|ERRNO|BUSERROR|WATCHDOG|MONOTONIC_USEC)=/

/** Passes messages of sd_notify(3) on from a socket in the bundle, which the container sees, to the host's socket. */
export class NotifyRelay {
  readonly #path: string
  readonly #host: string
  readonly #socket: Pollable
  #isOpen = true

  constructor(bundle: string, host: string) {
    this.#path = join(bundle, 'notify', 'notify.sock')
    this.#host = host.replace(/^@/, '\0') // the way in which systemd writes an abstract name
    mkdirSync(dirname(this.#path), { recursive: true })
    rmSync(this.#path, { force: true })
    const fd = openSocket('datagram')
    bindSocket(fd, this.#path)
    chmodSync(this.#path, 0o777) // the container may run as any user
    this.#socket = new Pollable(fd)
  }

  /** Passes messages on until `close()`. */
  async serve(): Promise<void> {
    const buffer = Buffer.allocUnsafe(LONGEST)
    while (this.#isOpen) {
      const message = receiveMessage(this.#socket.fd, buffer)
      if (message === undefined) await this.#socket.readable()
      else {
        for (const fd of message.fds) closeDescriptor(fd)
        this.#pass(buffer.toString('utf8', 0, message.size))
      }
    }
  }

  close(): void {
    this.#isOpen = false
    this.#socket.wake()
    closeDescriptor(this.#socket.fd)
    rmSync(this.#path, { force: true })
  }

  #pass(message: string): void {
    const lines = message.split('\n').filter((line) => PASSED.test(line))
    if (lines.length === 0) return
    const fd = openSocket('datagram')
    try {
      connectSocket(fd, this.#host)
      sendMessage(fd, Buffer.from(lines.join('\n')))
    } catch {
      // The host does not listen any more. systemd takes no harm from a message that is lost either.
    } finally {
      closeDescriptor(fd)
    }
  }
}
