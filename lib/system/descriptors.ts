import { constants } from 'node:os'
import { invalid, systemError } from '../base/errors.js'
import { binding } from './binding.js'

const { EAGAIN } = constants.errno

/** The two ends of a pipe. The addon owns them. */
export interface PipeEnds {
  read: number
  write: number
}

/** Creates a pipe. Its end `ours` does not block; the other one does, as most programs expect. */
export function makePipe(ours: 'read' | 'write'): PipeEnds {
  const ends = new Int32Array(2)
  check(binding.makePipe(ends, ours === 'read' ? 0 : 1), 'pipe2')
  const [read, write] = ends as unknown as [number, number]
  return { read, write }
}

/** Creates a FIFO: a pipe with a path. The umask takes bits away from `mode`. */
export function makeFifo(path: string, mode: number): void {
  if (path.includes('\0')) throw new TypeError(invalid('path', path, 'the path of a FIFO'))
  check(binding.makeFifo(Buffer.from(`${path}\0`), mode), 'mkfifo', path)
}

/** Creates an empty file without a name, in memory (memfd_create(2)). Linux only. The addon owns it. */
export function makeMemoryFile(): number {
  return check(binding.makeMemoryFile(), 'memfd_create')
}

/**
 * Moves bytes from a pipe into a file, without a copy in this process (splice(2)). They are in the one or in the other
 * if this process is killed meanwhile. Linux only.
 *
 * @param at The place in the file.
 * @param most The most bytes that are moved, below 2^31.
 * @returns How many were moved; 0 at the end of the pipe; `undefined` if it is empty now.
 */
export function moveToFile(
  pipe: number,
  file: number,
  at: number,
  most: number,
): number | undefined {
  const moved = binding.moveToFile(pipe, file, at, most)
  return moved === -EAGAIN ? undefined : check(moved, 'splice')
}

/**
 * Moves bytes from a terminal into a pipe, without a copy in this process (splice(2)). Linux only.
 *
 * @returns How many were moved; `undefined` if there is nothing now, or no room.
 * @throws {SextonError} `ERR_SYSTEM` with EIO if no process has the terminal open, and with EINVAL if the kernel cannot move
 *   from terminals (before Linux 5.11).
 */
export function moveToPipe(from: number, pipe: number, most: number): number | undefined {
  const moved = binding.moveToPipe(from, pipe, most)
  return moved === -EAGAIN ? undefined : check(moved, 'splice')
}

/** Closes a descriptor that the addon has opened, and no other. */
export function closeDescriptor(fd: number): void {
  binding.closeFd(fd)
}

function check(result: number, syscall: string, path?: string): number {
  if (result < 0) throw systemError(result, syscall, path === undefined ? {} : { path })
  return result
}
