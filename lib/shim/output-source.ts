import { readSync } from 'node:fs'

// Bytes read at once: what a pipe holds, so that a line that fits into it comes in one piece.
export const PIECE = 65_536

/** A piece of output. A word stands for none: the end, nothing now, or a terminal that no process has open. */
export type Taken = Buffer | 'end' | 'empty' | 'hung up'

/** A descriptor from which the output of a container is taken. */
export interface OutputSource {
  readonly fd: number
  readonly isTerminal: boolean
  /**
   * Resolves when no other stream's piece is on its way to the logs.
   *
   * @returns Lets the next one go.
   */
  turn(): Promise<() => void>
  /** Takes a piece, which is valid until the next one. */
  take(): Taken
  /** The logs have the piece. */
  commit(): void
}

/** A source that this process reads. A piece that it has read is in its memory alone. */
export class DirectSource implements OutputSource {
  readonly fd: number
  readonly isTerminal: boolean
  readonly #buffer = Buffer.allocUnsafe(PIECE)

  constructor(fd: number, isTerminal = false) {
    this.fd = fd
    this.isTerminal = isTerminal
  }

  async turn(): Promise<() => void> {
    return () => {}
  }

  take(): Taken {
    try {
      const size = readSync(this.fd, this.#buffer, 0, PIECE, null)
      return size === 0 ? 'end' : this.#buffer.subarray(0, size)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') return 'empty'
      if (code !== 'EIO' || !this.isTerminal) throw error
      return 'hung up'
    }
  }

  commit(): void {}
}
