import { invalid, systemError } from '../base/errors.js'
import { binding } from './binding.js'

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

/** Closes a descriptor that the addon has opened, and no other. */
export function closeDescriptor(fd: number): void {
  binding.closeFd(fd)
}

function check(result: number, syscall: string, path?: string): void {
  if (result < 0) throw systemError(result, syscall, path === undefined ? {} : { path })
}
