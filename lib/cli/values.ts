import { invalid } from '../base/errors.js'
import { allSignalNumbers, type SignalName, signalNumber } from '../system/signal-names.js'

// Parsers of the values that options of several programs have. Each throws a RangeError for an invalid value.

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Parses `5s`, `500ms`, `1.5m`, or a bare number of seconds. Returns milliseconds. */
export function parseDuration(word: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(word) ?? []
  if (number === undefined) {
    throw new RangeError(invalid('duration', word, 'a time, for example 5s, 500ms or 2m'))
  }
  return Number(number) * (UNITS[unit] as number)
}

/** Parses a signal by number or name, with or without `SIG`: `15`, `TERM`, `sigterm`, `RTMIN+3`. */
export function parseSignal(word: string): number {
  const number = numberOf(word)
  if (number !== undefined && SIGNALS.has(number)) return number
  throw new RangeError(invalid('signal', word, 'a name or number, for example TERM or 15'))
}

// The C library reserves 32 and 33 for itself, so they can be neither received nor forwarded.
const SIGNALS: ReadonlySet<number> = new Set(allSignalNumbers())

function numberOf(word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word)
  try {
    return signalNumber(`SIG${word.toUpperCase().replace(/^SIG/, '')}` as SignalName)
  } catch {
    return undefined
  }
}
