import { fchownSync } from 'node:fs'
import type { PipeHandle } from './pipe.js'

/** A descriptor that this process gives up for a child: it is closed here, whether or not the child starts. */
export interface Given {
  /**
   * Makes the descriptor ready for a child.
   *
   * @param owner The user that the child changes to.
   * @returns The descriptor's number, until `close()`.
   * @throws {SextonError} `ERR_SPAWN_FAILED` if the descriptor cannot be had.
   */
  open(owner: number | undefined): number
  /** Closes the descriptor. A second call does nothing. */
  close(): void
}

/** An end of a pipe for a child. */
export class GivenEnd implements Given {
  readonly #end: PipeHandle

  constructor(end: PipeHandle) {
    this.#end = end
  }

  open(owner: number | undefined): number {
    if (owner !== undefined) giveAway(this.#end.fd, owner)
    return this.#end.fd
  }

  close(): void {
    this.#end.close()
  }
}

/**
 * Gives a pipe to another user. A program that writes to `/dev/stderr` opens the pipe again, by way of
 * `/proc/self/fd/2`, and only the pipe's owner may do that. Without CAP_CHOWN the pipe keeps its owner, and still
 * works for programs that use the descriptor.
 */
export function giveAway(pipe: number, owner: number): void {
  try {
    fchownSync(pipe, owner, -1)
  } catch {
    // The child can start without it. If the user does not exist here, setresuid will fail.
  }
}
