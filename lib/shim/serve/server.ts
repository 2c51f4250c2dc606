import { closeSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { hold } from '../../base/process-life.js'
import { Pollable } from '../pollable.js'
import { Front } from './front.js'
import { Hosting } from './hosting.js'
import { type KeeperPaths, Place } from './place.js'
import { Reception } from './reception.js'
import { serveFront } from './serve-front.js'

// Milliseconds in which a server that was started for one front awaits it.
const FIRST_CLIENT = 10_000
// Milliseconds before the next try, if a front cannot be accepted.
const REST = 1000

export interface ServerOptions {
  /** A socket of packets that listens. The caller leaves it to the server. */
  listener: number
  /** The path of the socket. */
  path: string
  /** Whether the server ends with its last container. */
  isTemporary: boolean
  /** Hears of what no manager can be told. */
  complain: (error: unknown) => void
}

/** Hosts the shims of containers, as fronts ask for them. */
export class Server {
  readonly #options: ServerOptions
  readonly #listener: Pollable
  readonly #reception: Reception
  readonly #place: Place
  readonly #hosting: Hosting
  /** Containers and fronts. */
  #busy = 0
  #isOpen = true
  #isAwaited: boolean

  constructor(options: ServerOptions) {
    this.#options = options
    this.#listener = new Pollable(options.listener)
    this.#reception = new Reception(options.listener)
    this.#place = new Place(options.path)
    this.#hosting = new Hosting(this.#place)
    this.#isAwaited = options.isTemporary
  }

  /** Adopts what earlier servers have left, and serves. Resolves when the server may end. */
  async run(): Promise<void> {
    const release = hold()
    const timer = setTimeout(() => this.#welcome(), FIRST_CLIENT)
    if (!this.#isAwaited) clearTimeout(timer)
    for (const paths of this.#place.left()) void this.#count(this.#adopt(paths))
    while (this.#isOpen) {
      for (let fd = await this.#accept(); fd !== undefined; fd = await this.#accept()) {
        clearTimeout(timer)
        this.#isAwaited = false
        void this.#count(this.#serve(fd))
      }
      if (this.#isOpen) await this.#listener.readable()
    }
    release()
  }

  async #accept(): Promise<number | undefined> {
    try {
      return this.#isOpen ? this.#reception.accept() : undefined
    } catch (error) {
      this.#options.complain(error)
      if (!this.#reception.hasRefused) await delay(REST)
      return undefined // the socket stays readable while somebody waits
    }
  }

  #welcome(): void {
    this.#isAwaited = false
    this.#endIfIdle()
  }

  async #count(task: Promise<void>): Promise<void> {
    this.#busy += 1
    try {
      await task
    } catch (error) {
      this.#options.complain(error)
    }
    this.#busy -= 1
    this.#endIfIdle()
  }

  // A front that connects at this moment sees the connection end without a reply, and starts another server.
  #endIfIdle(): void {
    const { isTemporary, path, listener } = this.#options
    if (!isTemporary || this.#busy > 0 || this.#isAwaited || !this.#isOpen) return
    this.#isOpen = false
    this.#listener.wake()
    rmSync(path, { force: true })
    closeSync(listener)
    this.#reception.close()
  }

  async #adopt(paths: KeeperPaths): Promise<void> {
    await (await this.#hosting.adopt(paths))?.live()
  }

  async #serve(fd: number): Promise<void> {
    const front = new Front(fd)
    try {
      await serveFront(front, this.#hosting)
    } finally {
      front.close()
    }
  }
}
