import { endianness } from 'node:os'
import { attempt, SextonError } from '../../base/errors.js'
import { readOwnFile } from '../../system/proc.js'

const AT_PAGESZ = 6
const MOST_COMMON = 4096
const NARROW: readonly string[] = ['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390']

/**
 * The size of a page of memory, in which `/proc` counts: 4096 bytes, but 16 or 64 KiB on some arm64
 * and ppc64 kernels. Node does not tell it; the kernel gave it to this program at its start.
 *
 * @see getauxval(3)
 */
export function pageSize(): number {
  const vector = attempt(() => readOwnFile('auxv'))
  // A program with capabilities of its file must not read it.
  if (vector instanceof SextonError) return MOST_COMMON
  return parsePageSize(vector) ?? MOST_COMMON
}

/** The auxiliary vector is pairs of machine words: what it is, and its value. */
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
