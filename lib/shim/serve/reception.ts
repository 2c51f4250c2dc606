import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import type { SextonError } from '../../base/errors.js'
import { acceptSocket } from '../../system/unix-socket.js'
import { NO_DESCRIPTORS, openSpare } from './free-descriptors.js'
import { Front } from './front.js'

const { EMFILE } = constants.errno
const FAILED = 1

/**
 * The socket at which fronts connect. A spare descriptor is held for the case that no other is free: by it a front can be
 * told so, which would wait otherwise, and would wake up the server for as long as it does.
 */
export class Reception {
  readonly #listener: number
  #spare: number | undefined = openSpare()
  #hasRefused = false

  /** @param listener A socket that listens. The caller closes it. */
  constructor(listener: number) {
    this.#listener = listener
  }

  /**
   * Accepts a front; `undefined` if none waits.
   *
   * @throws {SextonError} `ERR_SYSTEM` if none can be accepted.
   */
  accept(): number | undefined {
    this.#hasRefused = false
    this.#spare ??= openSpare()
    try {
      return acceptSocket(this.#listener)
    } catch (error) {
      // The kernel looks for a descriptor first, so it fails also where nobody waits.
      const isFull = (error as SextonError).errno === EMFILE && this.#spare !== undefined
      if (isFull && !this.#refuse()) return undefined
      throw error
    }
  }

  /** Whether the last failure was told to the front, which has gone. Otherwise it waits, and the next try fails as well. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  close(): void {
    if (this.#spare !== undefined) closeSync(this.#spare)
  }

  #refuse(): boolean {
    closeSync(this.#spare as number)
    this.#spare = undefined
    const fd = acceptSocket(this.#listener)
    if (fd !== undefined) {
      const front = new Front(fd)
      front.reply({ code: FAILED, text: `sexton-shim: ${NO_DESCRIPTORS}\n` })
      front.close()
      this.#hasRefused = true
    }
    this.#spare = openSpare()
    return fd !== undefined
  }
}
