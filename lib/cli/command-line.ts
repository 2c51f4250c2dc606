import { parseArgs } from 'node:util'
import { checkPid, invalid } from '../base/errors.js'
import { suggestion } from '../base/suggestion.js'
import { COLOURS, type Colours } from './tree/terminal.js'
import { UsageError } from './usage-error.js'

type Options = Readonly<Record<string, { type: 'string' | 'boolean'; short?: string }>>

/** The parsed words of a command of `sexton`. */
export interface CommandLine {
  /** The value of each option; `true` for an option without a value. */
  values: Readonly<Record<string, string | boolean | undefined>>
  pid: number | undefined
}

/**
 * Parses the words after `sexton COMMAND`: options, and at most one PID.
 *
 * @throws {UsageError} if an option is unknown, or a word is not a PID.
 */
export function parseCommandLine(
  command: string,
  words: readonly string[],
  options: Options,
): CommandLine {
  const { values, positionals } = parseWords(command, words, options)
  if (positionals.length > 1) {
    throw usageError(command, invalid('PID', positionals.join(' '), 'at most one'))
  }
  const [word] = positionals
  return { values, pid: word === undefined ? undefined : parsePid(command, word) }
}

/**
 * Parses the words after `sexton COMMAND` for a command that takes options alone.
 *
 * @throws {UsageError} if an option is unknown, or a word is not an option.
 */
export function parseOptions(
  command: string,
  words: readonly string[],
  options: Options,
): CommandLine['values'] {
  const { values, positionals } = parseWords(command, words, options)
  if (positionals.length === 0) return values
  throw usageError(command, invalid('argument', positionals.join(' '), 'options only'))
}

function parseWords(command: string, words: readonly string[], options: Options) {
  // Not strict, because the messages of parseArgs suggest no similar option and recommend `--`.
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) if (token.kind === 'option') checkOption(command, token, options)
  return { values: values as CommandLine['values'], positionals }
}

/** Gives an option that stands without a value this one, because parseArgs has no optional values. */
export function withDefault(words: readonly string[], option: string, value: string): string[] {
  const end = words.indexOf('--')
  return words.map((word, i) =>
    word === option && (end < 0 || i < end) ? `${option}=${value}` : word,
  )
}

/**
 * Parses the value of `--color`.
 *
 * @throws {UsageError} if it is not a known word.
 */
export function parseColours(command: string, value: string | boolean | undefined): Colours {
  const word = String(value ?? 'auto')
  const colours = COLOURS.find((name) => name === word)
  if (colours !== undefined) return colours
  throw usageError(command, invalid('--color', word, COLOURS.join(', ')))
}

/** Makes a usage error that mentions `--help`. */
export function usageError(command: string, message: string): UsageError {
  return new UsageError(`${message}\nTry 'sexton ${command} --help'.`)
}

function checkOption(
  command: string,
  token: { name: string; rawName: string; value?: string | undefined },
  options: Options,
): void {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
  if (option === undefined) {
    const known = Object.keys(options).map((name) => `--${name}`)
    const hint = suggestion(token.rawName, known)
    throw usageError(command, `unknown option '${token.rawName}'${hint}`)
  }
  if (option.type === 'string' && token.value === undefined) {
    throw usageError(command, `option ${token.rawName} needs a value`)
  }
  if (option.type === 'boolean' && token.value !== undefined) {
    throw usageError(command, `option ${token.rawName} takes no value, but got '${token.value}'`)
  }
}

function parsePid(command: string, word: string): number {
  try {
    return checkPid(/^\d+$/.test(word) ? Number(word) : word)
  } catch {
    throw usageError(command, invalid('PID', word, 'a process id, for example 1'))
  }
}
