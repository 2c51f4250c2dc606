import { fchmodSync, rmSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { closeDescriptor } from '../system/descriptors.js'
import {
  acceptSocket,
  bindSocket,
  listenSocket,
  openSocket,
  type SocketType,
} from '../system/unix-socket.js'
import { AttachClient } from './attach-client.js'
import type { Input } from './input.js'
import { Pollable } from './pollable.js'
import type { StreamName } from './stream-name.js'

// Milliseconds before the next try, if a client cannot be accepted.
const REST = 1000

/** The form of the messages that the clients of an attach socket expect. */
export interface AttachForm {
  type: Exclude<SocketType, 'datagram'>
  /** The first byte of a message says which stream it is of. */
  marks: Readonly<Record<StreamName, number>>
  /** Bytes of output in one message. */
  largest: number
}

// podman reads no more at once, and the rest of a longer message would be lost.
const CONMON: AttachForm = { type: 'seqpacket', marks: { stdout: 2, stderr: 3 }, largest: 8192 }

export interface AttachOptions {
  /** Where clients look for a link to the socket's folder, because the socket's path may be too long for them. */
  link?: string | undefined
  /** Milliseconds for which the output waits for a client that does not read. */
  patience?: number | undefined
  /** Default: conmon's. */
  form?: AttachForm
}

/** The attach socket: any number of clients get the container's output, and may send input. */
export class AttachServer {
  readonly #socket: Pollable
  readonly #clients = new Set<AttachClient>()
  readonly #paths: readonly string[]
  readonly #form: AttachForm
  readonly #message: Buffer
  readonly #patience: number | undefined
  #take: (client: AttachClient) => void = () => {}
  #isOpen = true

  /** Creates the socket, so that a client may connect from now on. A socket that was left there is replaced. */
  constructor(path: string, { link, patience, form = CONMON }: AttachOptions = {}) {
    this.#patience = patience
    this.#form = form
    this.#message = Buffer.allocUnsafe(form.largest + 1)
    this.#paths = link === undefined ? [path] : [path, link]
    for (const old of this.#paths) rmSync(old, { force: true })
    if (link !== undefined) symlinkSync(dirname(path), link)
    const fd = openSocket(form.type)
    fchmodSync(fd, 0o700)
    bindSocket(fd, path)
    listenSocket(fd)
    this.#socket = new Pollable(fd)
  }

  /** How many clients are attached. */
  get clients(): number {
    this.#forgetClosed()
    return this.#clients.size
  }

  /** Accepts clients until `finish()`. Their input waits until it is known whether the container takes any. */
  async serve(input: Promise<Input | undefined>, keepsInputOpen: boolean): Promise<void> {
    this.#take = (client) => void this.#listen(client, input, keepsInputOpen)
    while (this.#isOpen) {
      if (!this.#accept()) await delay(REST, undefined, { ref: false })
      if (this.#isOpen) await this.#socket.readable()
    }
  }

  /** Sends a piece of output to all who have connected by now. Resolves when they have room for more. */
  async send(stream: StreamName, piece: Uint8Array): Promise<void> {
    this.#accept()
    const { largest, marks } = this.#form
    for (let at = 0; at < piece.length && this.#clients.size > 0; at += largest) {
      const part = piece.subarray(at, at + largest)
      this.#message[0] = marks[stream]
      this.#message.set(part, 1)
      const message = this.#message.subarray(0, part.length + 1)
      for (const client of this.#clients) client.send(message)
    }
    if (this.#clients.size === 0) return
    await Promise.all([...this.#clients].map((client) => client.room()))
    this.#forgetClosed()
  }

  /** Takes in those who have connected by now, gives everybody all there is to read, and closes. */
  async finish(): Promise<void> {
    this.#accept()
    this.#isOpen = false
    this.#socket.wake()
    await Promise.all([...this.#clients].map((client) => client.finish()))
    closeDescriptor(this.#socket.fd)
    for (const path of this.#paths) rmSync(path, { force: true })
  }

  /**
   * Accepts all who wait. The output must not wait for a client that finds no free descriptor.
   *
   * @returns False without a free descriptor, even if nobody waits: the kernel looks for one first.
   */
  #accept(): boolean {
    if (!this.#isOpen) return true
    try {
      const next = () => acceptSocket(this.#socket.fd)
      for (let fd = next(); fd !== undefined; fd = next()) {
        this.#take(new AttachClient(fd, this.#patience))
      }
      return true
    } catch {
      return false
    }
  }

  async #listen(
    client: AttachClient,
    input: Promise<Input | undefined>,
    keepsInputOpen: boolean,
  ): Promise<void> {
    this.#clients.add(client)
    const sink = await input
    for await (const piece of client.input()) await sink?.write(piece)
    if (!keepsInputOpen) await sink?.end()
    await client.departure()
    this.#clients.delete(client)
  }

  #forgetClosed(): void {
    for (const client of this.#clients) if (!client.isOpen) this.#clients.delete(client)
  }
}
