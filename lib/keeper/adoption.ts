import { constants } from 'node:os'
import { type SextonError, systemError } from '../base/errors.js'
import { closeDescriptor } from '../system/descriptors.js'
import { connectSocket, openSocket, peerOf } from '../system/unix-socket.js'
import { Fact } from './fact.js'
import type { HeldDescriptors } from './held-descriptors.js'
import type { HoldReport } from './hold-frames.js'

const { EBUSY, EPERM } = constants.errno

/**
 * The adoption of a container's keeper by a server: from the server's request, which the caller sends, to the keeper's
 * answer.
 */
export class Adoption {
  readonly #fds: HeldDescriptors
  readonly #made = new Fact<void>()
  /** Whether this process has started the keeper, and has the descriptors already. */
  readonly #isFirst: boolean
  #keeper: number

  /**
   * @param keeper The pid of the keeper that this process has started; 0 if an earlier server has.
   * @param fds Gets the descriptors.
   */
  constructor(keeper: number, fds: HeldDescriptors) {
    this.#keeper = keeper
    this.#isFirst = keeper !== 0
    this.#fds = fds
  }

  /** The keeper's pid. */
  get keeper(): number {
    return this.#keeper
  }

  /** Resolves when this process is the keeper's server. Rejects if it cannot become that. */
  get made(): Promise<void> {
    return this.#made.promise
  }

  /** The keeper has accepted this process, and has sent copies of what it holds. */
  accept({ keeper, fds }: Extract<HoldReport, { kind: 'held' }>): void {
    this.#keeper = keeper
    if (this.#isFirst) for (const fd of Object.values(fds)) closeDescriptor(fd)
    else this.#fds.take(fds)
    this.#made.resolve()
  }

  /** The connection to the keeper has ended. */
  abandon(error: SextonError): void {
    this.#made.reject(error)
  }
}

/**
 * Connects to the socket of a keeper.
 *
 * @throws {SextonError} `ERR_SYSTEM` with ECONNREFUSED or ENOENT if the keeper is gone, EPERM if it is another user's.
 */
export function connectToKeeper(path: string): number {
  const fd = openSocket('seqpacket')
  try {
    connectSocket(fd, path)
    if (peerOf(fd).uid !== process.geteuid?.()) throw systemError(-EPERM, 'connect', { path })
    return fd
  } catch (error) {
    closeDescriptor(fd)
    throw error
  }
}

/** The error of a server whose keeper has another one, with this pid. */
export function busyError(server: number): SextonError {
  return systemError(-EBUSY, 'connect', { pid: server })
}
