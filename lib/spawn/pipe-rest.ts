import { readSync } from 'node:fs'
import { binding } from '../system/binding.js'

/** Bytes of one read: the default capacity of a pipe on Linux (pipe(7)). */
const PIECE = 65_536
let scratch: Buffer | undefined

/**
 * Reads the present contents of a pipe, without waiting. Each piece is a copy of its exact size, because an unread
 * piece stays in memory as long as its Child object.
 *
 * @returns Whether the end of the pipe was reached, so that no process can write to it any more.
 */
export function readRest(fd: number, take: (piece: Buffer) => void): boolean {
  scratch ??= Buffer.allocUnsafeSlow(PIECE)
  // How many bytes are read at most: those that were there. A descendant that never stops writing wrote any other byte
  // since. They may be many: root can enlarge a pipe without a limit (F_SETPIPE_SZ).
  let present: number | undefined
  for (let taken = 0; present === undefined || taken <= present; ) {
    const length = readPiece(fd, scratch)
    if (length === undefined) return false
    if (length === 0) return true
    // Asked after the first read, because most pipes are empty.
    present ??= length + binding.bytesInPipe(fd)
    const piece = Buffer.allocUnsafeSlow(length)
    scratch.copy(piece, 0, 0, length)
    take(piece)
    taken += length
  }
  return false
}

// Returns `undefined` if the pipe is empty and a process may still write to it.
function readPiece(fd: number, into: Buffer): number | undefined {
  try {
    return readSync(fd, into)
  } catch {
    return undefined
  }
}
