import { invalid } from '../../base/errors.js'
import {
  type CommandLine,
  parseColours,
  parseCommandLine,
  usageError,
  withDefault,
} from '../command-line.js'
import type { Colours } from './terminal.js'

/** A request to draw a tree. */
export interface TreeRequest {
  kind: 'tree'
  pid: number
  json: boolean
  /** Seconds between two drawings; `undefined` for a single drawing. */
  interval: number | undefined
  colours: Colours
}

export type Request = TreeRequest | { kind: 'help' | 'version' }

const OPTIONS = {
  watch: { type: 'string' },
  interval: { type: 'string', short: 'n' },
  color: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

const DEFAULT_INTERVAL = '2'
const SHORTEST = 0.1
const LONGEST = 86_400

/**
 * Parses the words after `sexton tree`.
 *
 * @throws {UsageError} if an option or a value is invalid.
 */
export function parseArguments(words: readonly string[]): Request {
  const complete = withDefault(withInterval(words), '--color', 'always')
  const { values, pid = 1 } = parseCommandLine('tree', complete, OPTIONS)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const colours = parseColours('tree', values.color)
  return { kind: 'tree', pid, json: values.json === true, interval: intervalOf(values), colours }
}

// -n means --watch too, as in watch(1).
function intervalOf({ watch, interval }: CommandLine['values']): number | undefined {
  if (interval !== undefined) return parseInterval('--interval', interval)
  return watch === undefined ? undefined : parseInterval('--watch', watch)
}

// Adds the default seconds to --watch, because parseArgs has no optional values. A number after --watch is its value;
// any other word is not. -w takes none, so that a PID may follow.
function withInterval(words: readonly string[]): string[] {
  const result: string[] = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string
    if (word === '--') return [...result, ...words.slice(i)]
    if (word === '-w') result.push(`--watch=${DEFAULT_INTERVAL}`)
    else if (word !== '--watch') result.push(word)
    else if (isNumber(words[i + 1])) result.push(`--watch=${words[++i]}`)
    else result.push(`--watch=${DEFAULT_INTERVAL}`)
  }
  return result
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && /^[\d.]+$/.test(word)
}

function parseInterval(option: string, value: string | boolean): number {
  const word = value === true ? '' : String(value)
  const seconds = isNumber(word) ? Number(word) : Number.NaN
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds
  const expected = `${SHORTEST} to ${LONGEST} seconds, for example 2`
  throw usageError('tree', invalid(option, word, expected))
}
