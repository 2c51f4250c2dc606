import type { SextonError } from '../base/errors.js'
import { closeDescriptor } from '../system/descriptors.js'
import { type DescriptorWatch, watchDescriptor } from '../system/readiness.js'
import { receiveMessage, sendMessage } from '../system/unix-socket.js'
import {
  decodeHoldReport,
  encodeHoldRequest,
  type HOLD_REQUESTS,
  type HoldReport,
  LONGEST_REPORT,
} from './hold-frames.js'

/** The events of a connection. */
interface Listener {
  onReport(report: HoldReport): void
  /** Called once, when no report can come any more. The error says why the connection had to be given up. */
  onClosed(error: Error | undefined): void
}

/** A server's end of a connection to the keeper of a container. It does not keep the process alive. */
export class HoldConnection {
  readonly #fd: number
  readonly #listener: Listener
  readonly #watch: DescriptorWatch
  readonly #room = Buffer.alloc(LONGEST_REPORT + 1)
  /** Messages that wait for room in the socket. A stopped keeper reads none. */
  readonly #unsent: Uint8Array[] = []
  #isClosed = false

  /** Takes the descriptor over. */
  constructor(fd: number, listener: Listener) {
    this.#fd = fd
    this.#listener = listener
    this.#watch = watchDescriptor(fd, { readable: true }, () => this.#work())
  }

  /** Sends a request, as soon as the socket has room. Whether the connection is open, as far as is known. */
  send(kind: keyof typeof HOLD_REQUESTS, word?: number): boolean {
    if (this.#isClosed) return false
    this.#unsent.push(encodeHoldRequest(kind, word))
    this.#flush()
    return true
  }

  close(error?: Error): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#watch.stop()
    closeDescriptor(this.#fd)
    this.#listener.onClosed(error)
  }

  #work(): void {
    this.#flush()
    while (!this.#isClosed && this.#receive());
  }

  #flush(): void {
    try {
      for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
        if (sendMessage(this.#fd, next) === undefined) break
        this.#unsent.shift()
      }
    } catch {
      this.#unsent.length = 0 // the keeper is gone, and its last reports are still to be read
    }
    this.#watch.change({ readable: true, writable: this.#unsent.length > 0 })
  }

  /** Whether there may be more. */
  #receive(): boolean {
    try {
      const message = receiveMessage(this.#fd, this.#room)
      if (message === undefined) return false
      if (message.size === 0) this.close()
      else this.#listener.onReport(this.#decode(message))
    } catch (error) {
      // A keeper that closes the socket with unread messages resets the connection. The error is reported once, and before
      // the messages that the keeper had sent.
      const { syscall, errno } = error as SextonError
      if (syscall !== 'recvmsg' || errno !== ECONNRESET) this.close(error as Error)
    }
    return true
  }

  #decode({ size, fds }: { size: number; fds: number[] }): HoldReport {
    try {
      return decodeHoldReport(this.#room.subarray(0, size), fds)
    } catch (error) {
      for (const fd of fds) closeDescriptor(fd)
      throw error
    }
  }
}

const ECONNRESET = 104
