import { suggestion } from '../../base/suggestion.js'
import { usageError } from '../command-line.js'
import { OPTIONS, type Option, type Settings } from './options.js'

/** The request of a command line. */
export type Request =
  | { kind: 'run'; settings: Settings; command: readonly [string, ...string[]] }
  | { kind: 'help' | 'version' }

const SHOW: Readonly<Record<string, 'help' | 'version'>> = {
  '-h': 'help',
  '--help': 'help',
  '-V': 'version',
  '--version': 'version',
}

/**
 * Parses the words after `sexton run`. Options end at `--` or at the first word that is not an option, so that the command
 * keeps its own options.
 *
 * @throws {UsageError} if an option or its value is invalid, or the command is missing.
 */
export function parseArguments(words: readonly string[]): Request {
  const settings: Settings = { limits: {}, failOnLeak: false, keep: [] }
  const queue = [...words]
  while (queue[0]?.startsWith('-') && queue[0] !== '-') {
    const word = queue.shift() as string
    if (word === '--') break
    const kind = Object.hasOwn(SHOW, word) ? SHOW[word] : undefined
    if (kind !== undefined) return { kind }
    take(word, queue, settings)
  }
  const [file, ...args] = queue
  if (file === undefined) {
    throw usageError('run', 'no command given: expected for example sexton run -- npm test')
  }
  return { kind: 'run', settings, command: [file, ...args] }
}

function take(word: string, queue: string[], settings: Settings): void {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const option = OPTIONS.get(name)
  if (option === undefined) {
    const hint = suggestion(name, ['--help', '--version', ...OPTIONS.keys()])
    throw usageError('run', `unknown option '${name}'${hint}`)
  }
  const value = equals < 0 ? wordAfter(name, option, queue) : word.slice(equals + 1)
  if (equals >= 0 && option.value === undefined) {
    throw usageError('run', `option ${name} takes no value, but got '${value}'`)
  }
  try {
    option.set(settings, value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw usageError('run', `${name}: ${error.message}`)
  }
}

function wordAfter(name: string, option: Option, queue: string[]): string {
  if (option.value === undefined) return ''
  const value = queue.shift()
  if (value !== undefined) return value
  throw usageError('run', `option ${name} needs a value: expected ${name} ${option.value}`)
}
