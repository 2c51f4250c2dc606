import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { constants as os } from 'node:os'
import type { SextonError } from '../base/errors.js'
import { moveToFile, moveToPipe } from '../system/descriptors.js'
import type { StreamName } from './stream-name.js'

// The file in memory through which a container's output goes on its way from a pipe to the logs. The container's keeper
// holds it, so that output is never in this process's memory alone:
//
//   take     notes where the logs end, and moves a piece from the pipe into the file (splice(2))
//   (write)  the caller writes the piece to the logs
//   commit   empties the file: the logs have the piece
//
// If this process is killed in between, the next one cuts the logs back to where they ended and writes the piece anew. So
// no line is lost, and none is written twice, unless a log was replaced meanwhile. native/keeper/stage.h has the form of
// the file, because the keeper reads it if no server comes.

/** Where a log ends, and which file it is. */
export interface LogEnd {
  size: number
  inode: number
}

/** Output that a server took and did not commit, and where the logs ended before. */
export interface Uncommitted {
  stream: StreamName
  piece: Buffer
  ends: LogEnd[]
}

const { O_WRONLY, O_NONBLOCK } = constants
const { EINVAL, EIO } = os.errno
const HEADER = 64 // bytes
const FIRST_END = 8
const END = 16 // bytes
const MOST_ENDS = 3
// Bytes that are taken at once: what a pipe holds.
const SIZE = 65_536
const STREAMS = { stdout: 1, stderr: 2 } as const

export class Stage {
  readonly #fd: number
  /** The write end of the pipe between the terminal and this file. */
  #relay: number | undefined
  readonly #buffer = Buffer.allocUnsafe(SIZE)

  /** @param fd A file in memory, which this object does not close. */
  constructor(fd: number) {
    this.#fd = fd
  }

  /**
   * Takes a piece of output from a pipe.
   *
   * @param most The most bytes of it.
   * @param ends The ends of the logs that get it, at most 3.
   * @returns The piece, which is valid until the next call; `'end'` at the end of the pipe; `'empty'` if it has nothing.
   * @throws {SextonError} `ERR_SYSTEM` if the system refuses it.
   */
  take(
    stream: StreamName,
    pipe: number,
    most: number,
    ends: readonly LogEnd[],
  ): Buffer | 'end' | 'empty' {
    this.#begin(stream, ends)
    const size = moveToFile(pipe, this.#fd, HEADER, Math.min(most, SIZE))
    if (size === undefined) return 'empty'
    if (size === 0) return 'end'
    readSync(this.#fd, this.#buffer, 0, size, HEADER)
    return this.#buffer.subarray(0, size)
  }

  /**
   * Takes a piece of output from a terminal. It goes through a pipe, because the kernel moves it from there alone.
   *
   * @param relay The read end of that pipe, of which the keeper has a copy.
   * @returns As `take()`, and `'hung up'` if no process has the terminal open.
   */
  takeFromTerminal(
    terminal: number,
    relay: number,
    most: number,
    ends: readonly LogEnd[],
  ): Buffer | 'hung up' | 'empty' {
    this.#relay ??= openSync(`/proc/self/fd/${relay}`, O_WRONLY | O_NONBLOCK)
    try {
      moveToPipe(terminal, this.#relay, Math.min(most, SIZE))
    } catch (error) {
      const { errno } = error as SextonError
      if (errno === EINVAL) return this.#read(terminal, most, ends)
      if (errno !== EIO) throw error
      const rest = this.take('stdout', relay, most, ends)
      return typeof rest === 'string' ? 'hung up' : rest
    }
    const piece = this.take('stdout', relay, most, ends)
    return piece === 'end' ? 'empty' : piece
  }

  // What a killed process had just read is lost.
  #read(terminal: number, most: number, ends: readonly LogEnd[]): Buffer | 'hung up' | 'empty' {
    try {
      const size = readSync(terminal, this.#buffer, 0, Math.min(most, SIZE), null)
      if (size === 0) return 'hung up'
      const piece = this.#buffer.subarray(0, size)
      this.put('stdout', piece, ends)
      return piece
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') return 'empty'
      if (code === 'EIO') return 'hung up'
      throw error
    }
  }

  /** Stages a piece that was read. What a process that is killed has just read is lost. */
  put(stream: StreamName, piece: Buffer, ends: readonly LogEnd[]): void {
    this.#begin(stream, ends)
    writeSync(this.#fd, piece, 0, piece.length, HEADER)
  }

  /** Closes what this object has opened. */
  close(): void {
    if (this.#relay !== undefined) closeSync(this.#relay)
    this.#relay = undefined
  }

  /** The logs have the piece. */
  commit(): void {
    ftruncateSync(this.#fd, 0)
  }

  /** The piece that an earlier process has not committed; `undefined` if there is none. */
  recover(): Uncommitted | undefined {
    const { size } = fstatSync(this.#fd)
    if (size <= HEADER) return undefined
    const bytes = Buffer.alloc(size)
    readSync(this.#fd, bytes, 0, size, 0)
    const ends = Array.from({ length: bytes.readUInt32LE(4) }, (_, i) => endIn(bytes, i))
    const stream = bytes.readUInt32LE(0) === STREAMS.stderr ? 'stderr' : 'stdout'
    return { stream, piece: bytes.subarray(HEADER), ends }
  }

  #begin(stream: StreamName, ends: readonly LogEnd[]): void {
    const header = Buffer.alloc(HEADER)
    const noted = ends.slice(0, MOST_ENDS)
    header.writeUInt32LE(STREAMS[stream], 0)
    header.writeUInt32LE(noted.length, 4)
    for (const [i, { size, inode }] of noted.entries()) {
      header.writeBigUInt64LE(BigInt(size), FIRST_END + i * END)
      header.writeBigUInt64LE(BigInt(inode), FIRST_END + i * END + 8)
    }
    writeSync(this.#fd, header, 0, HEADER, 0)
  }
}

function endIn(bytes: Buffer, index: number): LogEnd {
  const at = FIRST_END + index * END
  const [size, inode] = [bytes.readBigUInt64LE(at), bytes.readBigUInt64LE(at + 8)]
  return { size: Number(size), inode: Number(inode) }
}
