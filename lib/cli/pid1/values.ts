import { invalid } from '../../base/errors.js'
import { parseSignal } from '../values.js'

// Parsers of the values of options. Each throws a RangeError for an invalid value.

/** Parses `TERM:INT` or `15:2`. The second signal is 0 to drop the first. */
export function parseRewrite(word: string): [from: number, to: number] {
  const [, from, to] = /^([^:]+):([^:]+)$/.exec(word) ?? []
  if (from === undefined || to === undefined) {
    const expected = 'two signals, for example TERM:INT, or TERM:0 to drop TERM'
    throw new RangeError(invalid('rewrite', word, expected))
  }
  return [parseSignal(from), /^0+$/.test(to) ? 0 : parseSignal(to)]
}

/** Parses exit codes: `143`, `130-143`, `1,3`. */
export function parseExitCodes(word: string): number[] {
  return word.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || to > 255 || from > to) {
      const expected = 'codes from 0 to 255, for example 143, 130-143 or 1,3'
      throw new RangeError(invalid('exit codes', word, expected))
    }
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

/** Parses a numeric user or group id. */
export function parseId(word: string): number {
  const id = Number(word)
  if (/^\d+$/.test(word) && id < 2 ** 32 - 1) return id
  throw new RangeError(invalid('id', word, 'a number, for example 1000'))
}

/** Parses the number of a descriptor. */
export function parseDescriptor(word: string): number {
  const fd = Number(word)
  if (/^\d+$/.test(word) && fd < 2 ** 31) return fd
  throw new RangeError(invalid('descriptor', word, 'a number, for example 3'))
}
