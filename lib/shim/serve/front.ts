import { readlinkSync } from 'node:fs'
import { closeDescriptor } from '../../system/descriptors.js'
import { peerOf, receiveMessage, sendMessage } from '../../system/unix-socket.js'
import { Pollable } from '../pollable.js'
import { Refusal } from '../refusal.js'
import { decodeRequest, REQUEST_VERSION, type Request } from './request.js'

// Bytes of a request: how many descriptors there are, at most 252, and their numbers.
const LONGEST_REQUEST = 4096
const WORD = 4 // bytes
const STDERR = 2

/** An answer to a front: its exit code, and a text that it prints. */
export interface Reply {
  code: number
  text?: string
  /** The front's descriptor for the text. Default: its standard error. */
  fd?: number
  /** Whether another reply follows. */
  hasMore?: boolean
}

/** A front that has connected. It sends one request, and gets replies. */
export class Front {
  readonly #socket: Pollable

  /** Takes the descriptor over. */
  constructor(fd: number) {
    this.#socket = new Pollable(fd)
  }

  /**
   * Greets the front, and waits for the request.
   *
   * @returns `undefined` if the front has gone, or is another user's.
   * @throws {Refusal} if the front is of another version, or sees other files than this process.
   * @throws {RangeError} if it is no request.
   */
  async request(): Promise<Request | undefined> {
    const { fd } = this.#socket
    const { pid, uid } = peerOf(fd)
    if (uid !== process.geteuid?.()) return undefined
    // The front hands nothing over before: a stopped server would hold the manager's pipes open.
    this.reply({ code: REQUEST_VERSION, hasMore: true })
    const room = Buffer.alloc(LONGEST_REQUEST)
    await this.#socket.readable()
    const message = receiveMessage(fd, room)
    if (message === undefined || message.size === 0) return undefined
    const request = decodeRequest(room.subarray(0, message.size), message.fds, pid)
    if (mountsOf(pid) === mountsOf('self')) return request
    request.handed.closeAllBut()
    throw new Refusal(`the server is in another mount namespace
Name a socket for this one by the environment's SEXTON_SHIM_SOCKET.`)
  }

  /**
   * Sends a reply. native/front/request.cc reads it.
   *
   * @returns Whether the front can read it: it may have been killed, or have given up.
   */
  reply({ code, text = '', fd = STDERR, hasMore = false }: Reply): boolean {
    const head = Buffer.alloc(3 * WORD)
    for (const [i, word] of [code, fd, hasMore ? 1 : 0].entries()) head.writeInt32LE(word, i * WORD)
    try {
      return sendMessage(this.#socket.fd, Buffer.concat([head, Buffer.from(text)])) !== undefined
    } catch {
      return false
    }
  }

  close(): void {
    this.#socket.wake()
    closeDescriptor(this.#socket.fd)
  }
}

function mountsOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined // it has gone, or may not be looked at
  }
}
