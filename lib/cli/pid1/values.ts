import {
  allSignalNumbers,
  type SignalName,
  signalName,
  signalNumber,
} from '../../system/signal-names.js'

// What the words behind an option mean. Each throws a RangeError that quotes the word and says what
// would be right.

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `5s`, `500ms`, `1.5m`, or a bare number of seconds, as milliseconds. */
export function parseDuration(word: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(word) ?? []
  if (number === undefined) {
    throw new RangeError(`'${word}' is no duration; say for example 5s, 500ms or 2m`)
  }
  return Number(number) * (UNITS[unit] as number)
}

/** A signal by number or by name, with or without `SIG`: `15`, `TERM`, `sigterm`, `RTMIN+3`. */
export function parseSignal(word: string): number {
  const number = numberOf(word)
  if (number !== undefined && SIGNALS.has(number)) return number
  throw new RangeError(
    `invalid signal '${word}' (for example TERM, SIGTERM, 15 or RTMIN+3, up to ${signalName(64)})`,
  )
}

// The C library keeps 32 and 33 for itself: no handler sees them, and no program may be sent them.
const SIGNALS: ReadonlySet<number> = new Set(allSignalNumbers())

function numberOf(word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word)
  try {
    return signalNumber(`SIG${word.toUpperCase().replace(/^SIG/, '')}` as SignalName)
  } catch {
    return undefined
  }
}

/** `TERM:INT`, `15:2`; `TERM:0` drops it. */
export function parseRewrite(word: string): [from: number, to: number] {
  const [, from, to] = /^([^:]+):([^:]+)$/.exec(word) ?? []
  if (from === undefined || to === undefined) {
    throw new RangeError(
      `'${word}' is no rewriting; say for example TERM:INT, or TERM:0 to drop it`,
    )
  }
  return [parseSignal(from), /^0+$/.test(to) ? 0 : parseSignal(to)]
}

/** Exit codes: `143`, `130-143`, `1,3`. */
export function parseExitCodes(word: string): number[] {
  return word.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || to > 255 || from > to) {
      throw new RangeError(`'${word}' is no exit code; say one from 0 to 255, 130-143, or 1,3`)
    }
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

/** A user or group id. */
export function parseId(word: string): number {
  const id = Number(word)
  if (/^\d+$/.test(word) && id < 2 ** 32 - 1) return id
  throw new RangeError(`'${word}' is no numeric id; say for example 1000`)
}

/** The number of a descriptor. */
export function parseDescriptor(word: string): number {
  const fd = Number(word)
  if (/^\d+$/.test(word) && fd < 2 ** 31) return fd
  throw new RangeError(`'${word}' is no descriptor; say for example 3`)
}
