import { closeSync } from 'node:fs'
import type { SextonError } from '../../base/errors.js'
import { acceptSocket } from '../../system/unix-socket.js'
import { NO_DESCRIPTORS, openSpare } from './free-descriptors.js'
import { Front } from './front.js'

const EMFILE = 24
const FAILED = 1

/**
 * The socket at which fronts connect. A spare descriptor is held for the case that no other is free: by it a front can be
 * told so, which would wait otherwise, and would wake up the server for as long as it does.
 */
export class Reception {
  readonly #listener: number
  #spare: number | undefined = openSpare()

  /** @param listener A socket that listens. The caller closes it. */
  constructor(listener: number) {
    this.#listener = listener
  }

  /**
   * Accepts a front; `undefined` if none waits.
   *
   * @throws {SextonError} `ERR_SYSTEM` if none can be accepted. With EMFILE, one was told so, and has gone.
   */
  accept(): number | undefined {
    this.#spare ??= openSpare()
    try {
      return acceptSocket(this.#listener)
    } catch (error) {
      if ((error as SextonError).errno === EMFILE && this.#spare !== undefined) this.#refuse()
      throw error
    }
  }

  /** Whether another front can be accepted at once, or be told that it cannot. */
  get isReady(): boolean {
    return this.#spare !== undefined
  }

  close(): void {
    if (this.#spare !== undefined) closeSync(this.#spare)
  }

  #refuse(): void {
    closeSync(this.#spare as number)
    this.#spare = undefined
    const fd = acceptSocket(this.#listener)
    if (fd === undefined) return
    const front = new Front(fd)
    front.reply({ code: FAILED, text: `sexton-shim: ${NO_DESCRIPTORS}\n` })
    front.close()
    this.#spare = openSpare()
  }
}
