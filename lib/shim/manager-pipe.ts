import { closeSync, writeSync } from 'node:fs'
import type { Progress } from '../keeper/tellings.js'

// podman reads at most so many bytes of one message, and loses the rest of a longer one.
const LARGEST_PIECE = 4096
// Bytes of the text of a message: as many as conmon sends.
const LONGEST_TEXT = 8191

/** The way to a manager. */
export interface Manager {
  /** Writes text. A manager that is gone gets none. `progress` says how much of a container's life it tells. */
  write(text: string, progress: Progress): void
  /** The manager sees the end of the messages, if nobody else has the pipe. */
  close(): void
}

/** A message to the manager. */
export interface Message {
  /** A pid, an exit code, 0, or -1 for a failure. */
  number: number
  /** What the number is called in version 0 of the interface. */
  legacyName: 'pid' | 'exit_code'
  text?: string
}

/** Encodes a message as a line of JSON. */
export function encodeMessage({ number, legacyName, text }: Message, isLegacy: boolean): string {
  const name = isLegacy ? legacyName : 'data'
  const rest = text === undefined ? '' : `, "message": ${JSON.stringify(cutText(text))}`
  return `{"${name}": ${number}${rest}}\n`
}

/** A pipe from the manager. */
export class ManagerPipe implements Manager {
  #fd: number | undefined
  readonly #closeFd: (fd: number) => void

  /** @param fd None if the manager does not listen. */
  constructor(fd: number | undefined, closeFd = closeSync) {
    this.#fd = fd
    this.#closeFd = closeFd
  }

  write(text: string): void {
    this.writeBytes(Buffer.from(text))
  }

  /** Writes a text, or the rest of one, in pieces that a manager can read. */
  writeBytes(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += LARGEST_PIECE) {
      if (!this.#writePiece(bytes.subarray(at, at + LARGEST_PIECE))) return
    }
  }

  close(): void {
    if (this.#fd !== undefined) this.#closeFd(this.#fd)
    this.#fd = undefined
  }

  #writePiece(piece: Uint8Array): boolean {
    if (this.#fd === undefined) return false
    try {
      writeSync(this.#fd, piece)
      return true
    } catch {
      this.close() // the manager is gone; the container is not
      return false
    }
  }
}

/** The beginning of a text for a message. */
export function cutText(text: string): string {
  return Buffer.from(text).subarray(0, LONGEST_TEXT).toString()
}
