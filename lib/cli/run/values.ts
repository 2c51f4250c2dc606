import { invalid } from '../../base/errors.js'

// Parsers of the values of options. Each throws a RangeError for an invalid value.

const UNITS: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4 }

/** Parses `2G`, `512M`, `1.5G`, or a bare number of bytes. Returns whole bytes, in powers of 1024. */
export function parseSize(word: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT])?i?B?$/i.exec(word) ?? []
  const bytes = Math.floor(Number(number) * 1024 ** (UNITS[unit.toUpperCase()] ?? 0))
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes
  throw new RangeError(invalid('size', word, 'bytes, for example 512M or 2G'))
}

/** Parses a number of things, 1 or more. */
export function parseCount(word: string): number {
  const count = Number(word)
  if (/^\d+$/.test(word) && count > 0 && Number.isSafeInteger(count)) return count
  throw new RangeError(invalid('number', word, '1 or more, for example 500'))
}

/** Parses a number of processors, which may be a part of one: `2`, `0.5`. */
export function parseProcessors(word: string): number {
  const processors = Number(word)
  if (/^\d+(\.\d+)?$/.test(word) && processors > 0 && Number.isFinite(processors)) return processors
  throw new RangeError(invalid('number of processors', word, 'more than 0, for example 2 or 0.5'))
}

/** Parses one of these words. */
export function parseChoice<T extends string>(word: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === word)
  if (choice !== undefined) return choice
  throw new RangeError(invalid('value', word, choices.join(' or ')))
}

/** Parses a pattern of the shell's kind for a whole text: `*` for any characters, and `?` for one. */
export function parsePattern(word: string): RegExp {
  if (word === '') throw new RangeError(invalid('pattern', word, "for example 'redis*'"))
  const source = word
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 'su')
}
