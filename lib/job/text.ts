import { constants } from 'node:buffer'

/** How output is delivered: as text, or as the bytes themselves. */
export type Encoding = 'utf8' | 'buffer'

/** The most bytes that surely fit into a string: a character takes at least one byte. */
export const LONGEST_TEXT = constants.MAX_STRING_LENGTH

const LF = 0x0a
const CR = 0x0d

/** Removes one line feed, or carriage return and line feed, from the end. */
export function withoutFinalNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== LF) return bytes
  return bytes.subarray(0, bytes.at(-2) === CR ? -2 : -1)
}

/**
 * Removes the bytes of characters that truncation cut in two. Decoded, each would become U+FFFD, as if the command had
 * written invalid text.
 *
 * @param cut The side where bytes were dropped, if any were.
 */
export function withoutCutCharacter(bytes: Buffer, cut: 'head' | 'tail' | undefined): Buffer {
  if (cut === undefined) return bytes
  if (cut === 'head') {
    let begin = 0
    while (begin < 3 && isContinuation(bytes[begin])) begin += 1
    return bytes.subarray(begin)
  }
  let begin = bytes.length - 1
  while (begin > bytes.length - 4 && isContinuation(bytes[begin])) begin -= 1
  const length = begin < 0 ? 0 : lengthOf(bytes[begin] as number)
  return length > bytes.length - begin ? bytes.subarray(0, begin) : bytes
}

/** Splits text at line feeds, with or without a carriage return before. A final newline begins no further line. */
export function linesOf(text: string): string[] {
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return text.includes('\r') ? lines.map((line) => line.replace(/\r$/, '')) : lines
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

// The length of a character in UTF-8, by its first byte.
function lengthOf(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}
