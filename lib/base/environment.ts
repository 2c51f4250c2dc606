import { quote } from './errors.js'

// What the process is told by variables of its environment. An empty one is as none.

/**
 * A number of milliseconds.
 *
 * @throws {RangeError} for what is none.
 */
export function durationFrom(name: string, otherwise: number): number {
  const { [name]: text = '' } = process.env
  if (text === '') return otherwise
  if (/^(\d+(\.\d+)?|Infinity)$/.test(text)) return Number(text)
  throw new RangeError(`${name} must be a number of milliseconds, or Infinity, not ${quote(text)}`)
}

/**
 * A switch, on unless it is 0.
 *
 * @throws {RangeError} for what is neither 0 nor 1.
 */
export function switchFrom(name: string): boolean {
  const { [name]: text = '' } = process.env
  if (['', '0', '1'].includes(text)) return text !== '0'
  throw new RangeError(`${name} must be 0 or 1, not ${quote(text)}`)
}
