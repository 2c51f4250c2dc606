import { invalid } from '../../base/errors.js'
import { parseCommandLine, usageError } from '../command-line.js'

/** A request to draw a tree. */
export interface TreeRequest {
  kind: 'tree'
  pid: number
  json: boolean
  /** Seconds between two drawings; `undefined` for a single drawing. */
  interval: number | undefined
}

export type Request = TreeRequest | { kind: 'help' | 'version' }

const OPTIONS = {
  watch: { type: 'string' },
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
  const { values, pid = 1 } = parseCommandLine('tree', withInterval(words), OPTIONS)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const interval = values.watch === undefined ? undefined : parseInterval(String(values.watch))
  return { kind: 'tree', pid, json: values.json === true, interval }
}

// Adds the default seconds to --watch, because parseArgs has no optional values. A number after --watch is its value;
// any other word is not.
function withInterval(words: readonly string[]): string[] {
  const result: string[] = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string
    if (word === '--') return [...result, ...words.slice(i)]
    if (word !== '--watch') result.push(word)
    else if (isNumber(words[i + 1])) result.push(`--watch=${words[++i]}`)
    else result.push(`--watch=${DEFAULT_INTERVAL}`)
  }
  return result
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && /^[\d.]+$/.test(word)
}

function parseInterval(word: string): number {
  const seconds = isNumber(word) ? Number(word) : Number.NaN
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds
  const expected = `${SHORTEST} to ${LONGEST} seconds, for example 2`
  throw usageError('tree', invalid('--watch', word, expected))
}
