import { constants } from 'node:os'
import { invalid, quote } from '../base/errors.js'
import { binding } from './binding.js'

/**
 * A signal's name: a standard one, or a realtime one counted from either end (`SIGRTMIN+3`). A signal that
 * the C library reserves for itself is named by its number (`SIG32`).
 */
export type SignalName =
  | NodeJS.Signals
  | 'SIGRTMIN'
  | 'SIGRTMAX'
  | `SIGRTMIN+${number}`
  | `SIGRTMAX-${number}`
  | `SIG${number}`

const LAST = 64

const numbers = new Map<string, number>(Object.entries(constants.signals))
const names = new Map<number, SignalName>()
// Where two names share a number (SIGPOLL and SIGIO) the first is the usual one, except for SIGIOT and SIGABRT.
for (const [name, number] of numbers) {
  if (!names.has(number)) names.set(number, name as SignalName)
}
names.set(constants.signals.SIGABRT, 'SIGABRT')

const realtimeMin = binding.realtimeMin ?? Number.POSITIVE_INFINITY
const realtimeMax = binding.realtimeMax ?? Number.NEGATIVE_INFINITY

/**
 * Returns the number of a signal given by name (`'SIGTERM'`, `'SIGRTMIN+3'`) or by number.
 *
 * @throws {TypeError} if it is neither a string nor a number.
 * @throws {RangeError} if this system does not know the name, or the number is outside 1 to 64.
 */
export function signalNumber(signal: SignalName | number): number {
  if (typeof signal === 'number') {
    if (Number.isInteger(signal) && signal >= 1 && signal <= LAST) return signal
    throw new RangeError(invalid('signal number', signal, `an integer from 1 to ${LAST}`))
  }
  if (typeof signal !== 'string') {
    throw new TypeError(invalid('signal', signal, "a name, for example 'SIGTERM', or a number"))
  }
  const number = numbers.get(signal) ?? realtimeNumber(signal) ?? reservedNumber(signal)
  if (number !== undefined) return number
  const wanted = `SIG${signal.toUpperCase().replace(/^SIG/, '')}`
  const hint = numbers.has(wanted) ? `; did you mean '${wanted}'?` : ''
  throw new RangeError(`this system has no signal ${quote(signal)}${hint}`)
}

/** Returns the name of a signal number: `SIGRTMIN+n` for realtime signals, `SIGn` for the C library's own. */
export function signalName(number: number): SignalName {
  const name = names.get(number)
  if (name !== undefined) return name
  if (!isRealtime(number)) return `SIG${number}`
  return number === realtimeMin ? 'SIGRTMIN' : `SIGRTMIN+${number - realtimeMin}`
}

/** Whether a signal is a realtime one. The kernel queues each instance of those; standard signals coalesce. */
export function isRealtime(number: number): boolean {
  return number >= realtimeMin && number <= realtimeMax
}

/** Lists all signal numbers except those that the C library reserves for itself (32, 33 …). */
export function allSignalNumbers(): number[] {
  const numbers: number[] = []
  for (let number = 1; number <= LAST; number += 1) {
    if (names.has(number) || isRealtime(number)) numbers.push(number)
  }
  return numbers
}

function reservedNumber(name: string): number | undefined {
  const number = Number(/^SIG(\d{1,2})$/.exec(name)?.[1])
  const named = names.has(number) || isRealtime(number)
  return number >= 1 && number <= LAST && !named ? number : undefined
}

function realtimeNumber(name: string): number | undefined {
  const match = /^SIG(?:RTMIN(?:\+(\d{1,2}))?|RTMAX(?:-(\d{1,2}))?)$/.exec(name)
  if (match === null) return undefined
  const fromMin = name.startsWith('SIGRTMIN')
  const number = fromMin ? realtimeMin + Number(match[1] ?? 0) : realtimeMax - Number(match[2] ?? 0)
  return isRealtime(number) ? number : undefined
}
