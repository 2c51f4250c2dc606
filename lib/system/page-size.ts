import { endianness } from 'node:os'
import { attempt, SextonError } from '../base/errors.js'
import { readOwnFile } from './proc.js'

const AT_PAGESZ = 6
const MOST_COMMON = 4096
const NARROW: readonly string[] = ['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390']

/**
 * Returns the size of a page of memory, the unit of `/proc`: 4096 bytes, or 16 or 64 KiB on some arm64 and ppc64
 * kernels. Node does not expose it, so it is read from the auxiliary vector of this program.
 *
 * @see getauxval(3)
 */
export function pageSize(): number {
  const vector = attempt(() => readOwnFile('auxv'))
  // A program with file capabilities may not read its own auxiliary vector.
  if (vector instanceof SextonError) return MOST_COMMON
  return parsePageSize(vector) ?? MOST_COMMON
}

/** Parses an auxiliary vector, which consists of pairs of machine words: a type and a value. */
export function parsePageSize(
  vector: Buffer,
  wordSize: 4 | 8 = NARROW.includes(process.arch) ? 4 : 8,
): number | undefined {
  const swap = endianness() === 'BE'
  const word = (at: number): number => {
    if (wordSize === 4) return swap ? vector.readUInt32BE(at) : vector.readUInt32LE(at)
    return Number(swap ? vector.readBigUInt64BE(at) : vector.readBigUInt64LE(at))
  }
  for (let at = 0; at + 2 * wordSize <= vector.length; at += 2 * wordSize) {
    if (word(at) === AT_PAGESZ) return word(at + wordSize)
  }
  return undefined
}
