import { closeSync, constants, openSync, readSync, rmSync } from 'node:fs'
import { makeFifo } from '../system/descriptors.js'
import { Pollable } from './pollable.js'

const MODE = 0o660
// Bytes of a line. A longer one makes no sense, and is dropped.
const LONGEST = 4096

/** A FIFO from which the shim takes commands, as an iterator of lines. */
export class ControlFifo implements AsyncIterable<string> {
  readonly #source: Pollable
  #isOpen = true

  constructor(path: string) {
    rmSync(path, { force: true })
    makeFifo(path, MODE)
    // With a writer of our own it has no end, which would come each time that another one closes it.
    this.#source = new Pollable(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void> {
    const buffer = Buffer.allocUnsafe(LONGEST)
    let [text, isSkipping] = ['', false]
    for (;;) {
      await this.#source.readable()
      if (!this.#isOpen) return
      const lines = (text + this.#read(buffer)).split('\n')
      text = lines.pop() as string
      for (const line of lines) {
        if (!isSkipping) yield line
        isSkipping = false
      }
      if (text.length > LONGEST) [text, isSkipping] = ['', true]
    }
  }

  close(): void {
    this.#isOpen = false
    this.#source.wake()
    closeSync(this.#source.fd)
  }

  #read(buffer: Buffer): string {
    try {
      return buffer.toString('latin1', 0, readSync(this.#source.fd, buffer))
    } catch {
      return '' // another one took it: EAGAIN
    }
  }
}
