import { parseCommandLine, usageError } from '../command-line.js'

/** What is to be shown. */
export interface TreeRequest {
  kind: 'tree'
  pid: number
  json: boolean
  /** Seconds from one drawing to the next; `undefined` for one drawing only. */
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
 * Reads the words after `sexton tree`.
 *
 * @throws {UsageError}
 */
export function parseArguments(words: readonly string[]): Request {
  const { values, pid = 1 } = parseCommandLine('tree', withInterval(words), OPTIONS)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const interval = values.watch === undefined ? undefined : parseInterval(String(values.watch))
  return { kind: 'tree', pid, json: values.json === true, interval }
}

// The seconds of --watch may be left out, which parseArgs does not know of: any number that follows it
// is its own, anything else is not.
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
  throw usageError('tree', `--watch takes ${SHORTEST} to ${LONGEST} seconds, not '${word}'`)
}
