import { readSync } from 'node:fs'

/** Bytes of one read: the default capacity of a pipe on Linux (pipe(7)). */
const PIECE = 65_536
/**
 * Most reads of one pipe. An ordinary user may enlarge a pipe to 1 MiB; a descendant that never stops
 * writing wrote any byte beyond that since.
 */
const MOST_PIECES = 16

let scratch: Buffer | undefined

/**
 * Reads the present contents of a pipe, without waiting. Each piece is a copy of its exact size, because an unread
 * piece stays in memory as long as its Child object.
 *
 * @returns Whether the end of the pipe was reached, so that no process can write to it any more.
 */
export function readRest(fd: number, take: (piece: Buffer) => void): boolean {
  scratch ??= Buffer.allocUnsafeSlow(PIECE)
  for (let pieces = 0; pieces < MOST_PIECES; pieces += 1) {
    const length = readPiece(fd, scratch)
    if (length === undefined) return false
    if (length === 0) return true
    const piece = Buffer.allocUnsafeSlow(length)
    scratch.copy(piece, 0, 0, length)
    take(piece)
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
