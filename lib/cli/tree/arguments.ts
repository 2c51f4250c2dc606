import { parseArgs } from 'node:util'
import { checkPid } from '../../pid.js'
import { suggestion } from '../suggestion.js'
import { UsageError } from '../usage-error.js'

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
  // Not strict: parseArgs' own messages know no suggestions, and advise on `--`.
  const { values, positionals, tokens } = parseArgs({
    args: withInterval(words),
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) if (token.kind === 'option') checkOption(token)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  if (positionals.length > 1) throw usageError(`one PID at most, not '${positionals.join(' ')}'`)
  return {
    kind: 'tree',
    pid: positionals[0] === undefined ? 1 : parsePid(positionals[0]),
    json: values.json === true,
    interval: values.watch === undefined ? undefined : parseInterval(String(values.watch)),
  }
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

function checkOption(token: { name: string; rawName: string; value?: string | undefined }): void {
  const known = Object.keys(OPTIONS)
  if (!known.includes(token.name)) {
    const hint = suggestion(
      token.rawName,
      known.map((name) => `--${name}`),
    )
    throw usageError(`unknown option '${token.rawName}'${hint}`)
  }
  if (token.name !== 'watch' && token.value !== undefined) {
    throw usageError(`${token.rawName} takes no value, not '${token.value}'`)
  }
}

function parsePid(word: string): number {
  try {
    return checkPid(/^\d+$/.test(word) ? Number(word) : word)
  } catch (error) {
    if (error instanceof RangeError) throw usageError(error.message)
    throw usageError(`PID must be a number, not '${word}'`)
  }
}

function parseInterval(word: string): number {
  const seconds = isNumber(word) ? Number(word) : Number.NaN
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds
  throw usageError(`--watch takes ${SHORTEST} to ${LONGEST} seconds, not '${word}'`)
}

function usageError(message: string): UsageError {
  return new UsageError(`${message}\nTry 'sexton tree --help'.`)
}
