import { closeSync, writeSync } from 'node:fs'
import { binding } from '../system/binding.js'
import { Refusal } from './refusal.js'

// podman reads at most so many bytes of one message, and loses the rest of a longer one.
const LARGEST_PIECE = 4096
// Bytes of the text of a message: as many as conmon sends.
const LONGEST_TEXT = 8191

/** A message to the manager. */
export interface Message {
  /** A pid, an exit code, 0, or -1 for a failure. */
  number: number
  /** What the number is called in version 0 of the interface. */
  legacyName: 'pid' | 'exit_code'
  text?: string
}

/** A pipe from the manager, whose number stands in a variable of the environment. Messages are lines of JSON. */
export class ManagerPipe {
  #fd: number | undefined
  readonly #isLegacy: boolean

  /** @throws {Refusal} if the variable is not a number. */
  constructor(variable: string, isLegacy: boolean) {
    this.#fd = descriptorIn(variable)
    this.#isLegacy = isLegacy
  }

  /** Sends a message. A manager that is gone gets none. */
  send({ number, legacyName, text }: Message): void {
    const name = this.#isLegacy ? legacyName : 'data'
    const rest = text === undefined ? '' : `, "message": ${JSON.stringify(cutText(text))}`
    this.write(`{"${name}": ${number}${rest}}\n`)
  }

  /** Writes text, in pieces that a manager can read. */
  write(text: string): void {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += LARGEST_PIECE) {
      if (!this.#writePiece(bytes.subarray(at, at + LARGEST_PIECE))) return
    }
  }

  /** The manager sees the end of the messages, if nobody else has the pipe. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
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

/** The descriptor that a variable names; `undefined` if there is no such variable. */
export function descriptorIn(variable: string): number | undefined {
  const value = process.env[variable]
  if (value === undefined || value === '') return undefined
  if (!/^\d+$/.test(value)) {
    throw new Refusal(`unable to parse ${variable}: expected a descriptor, for example 3`)
  }
  if (binding.isOpen(Number(value))) return Number(value)
  throw new Refusal(`${variable} is ${value}, which is not an open descriptor`)
}

/** The beginning of a text for a message. */
export function cutText(text: string): string {
  return Buffer.from(text).subarray(0, LONGEST_TEXT).toString()
}
