import { fstatSync, readSync, writeSync } from 'node:fs'

// The position of a file belongs to all copies of its descriptor, and sendfile(2) moves it in the same call as the bytes.
// So it tells what the manager has, whenever the keeper is killed: no message is told twice, or lost, or torn.

/** The messages to a manager, in a file in memory from which the keeper of a container moves them to the manager. */
export class Draft {
  readonly #fd: number

  /** @param fd The file, which this object does not close. */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** Adds a message, and skips those before it: an earlier server was killed before it asked the keeper to move them. */
  write(text: string): void {
    this.rest()
    const { size } = fstatSync(this.#fd)
    writeSync(this.#fd, Buffer.from(text), 0, undefined, size)
  }

  /** Takes what the manager has not got. */
  rest(): Buffer {
    const rest = Buffer.alloc(fstatSync(this.#fd).size)
    return rest.subarray(0, readSync(this.#fd, rest, 0, rest.length, null))
  }
}
