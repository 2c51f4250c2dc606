import { invalid } from './errors.js'

// Settings from environment variables. An empty variable counts as unset.

/**
 * Reads a variable that holds milliseconds.
 *
 * @param otherwise The value if the variable is unset.
 * @throws {RangeError} if its value is not a number of milliseconds.
 */
export function durationFrom(name: string, otherwise: number): number {
  const { [name]: text = '' } = process.env
  if (text === '') return otherwise
  if (/^(\d+(\.\d+)?|Infinity)$/.test(text)) return Number(text)
  throw new RangeError(invalid(name, text, 'milliseconds, for example 5000, or Infinity'))
}

/**
 * Reads a variable that switches something on by 1 and off by 0.
 *
 * @param otherwise The value if the variable is unset.
 * @throws {RangeError} if its value is neither 0 nor 1.
 */
export function switchFrom(name: string, otherwise: boolean): boolean {
  const { [name]: text = '' } = process.env
  if (text === '') return otherwise
  if (text === '0' || text === '1') return text === '1'
  throw new RangeError(invalid(name, text, '0 or 1'))
}

/** Whether the locale is UTF-8. As in setlocale(3), the first of three variables that is set decides. */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}
