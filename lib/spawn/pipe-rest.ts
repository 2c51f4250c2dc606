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
 * Reads what is in a pipe now, without waiting. Each piece is a copy of its exact size, because a piece
 * that nobody reads stays in memory as long as its child does.
 *
 * @returns Whether the end of the pipe was there: no process can write to it any more.
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

// `undefined`: the pipe is empty, but a process may still write to it.
function readPiece(fd: number, into: Buffer): number | undefined {
  try {
    return readSync(fd, into)
  } catch {
    return undefined
  }
}
