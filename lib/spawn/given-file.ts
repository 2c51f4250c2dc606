import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { SextonError, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import type { Given } from './given-end.js'
import type { Bytes } from './options.js'

const { O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants

/** A file that a child reads or writes. It may stand at several descriptors, and is opened once. */
export class GivenFile implements Given {
  readonly #path: Bytes
  readonly #flags: number
  #fd = -1

  constructor(path: Bytes, use: 'read' | 'write' | 'append') {
    this.#path = path
    this.#flags =
      use === 'read' ? O_RDONLY : O_WRONLY | O_CREAT | (use === 'append' ? O_APPEND : O_TRUNC)
  }

  open(): number {
    if (this.#fd >= 0) return this.#fd
    const path = Buffer.from(this.#path)
    try {
      // O_NONBLOCK, because the open of a FIFO would wait for the other end, and stop this process.
      this.#fd = openSync(path, this.#flags | O_NONBLOCK | O_NOCTTY, 0o666)
    } catch (error) {
      const { errno } = error as NodeJS.ErrnoException
      if (errno === undefined) throw error
      throw systemError(errno, 'open', { path: path.toString() }, 'ERR_SPAWN_FAILED')
    }
    if (fstatSync(this.#fd).isFIFO()) this.#refuse(path.toString())
    binding.makeBlocking(this.#fd)
    return this.#fd
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }

  // Without a writer, a reader of a FIFO would see its end at once.
  #refuse(path: string): never {
    this.close()
    const message = `open '${path}': it is a FIFO\nOpen it yourself, and give its descriptor.`
    throw new SextonError('ERR_SPAWN_FAILED', message, { syscall: 'open', path })
  }
}
