import { parseArgs } from 'node:util'
import { checkPid } from '../base/errors.js'
import { suggestion } from '../base/suggestion.js'
import { UsageError } from './usage-error.js'

type Options = Readonly<Record<string, { type: 'string' | 'boolean'; short?: string }>>

/** What a command of `sexton` was given. */
export interface CommandLine {
  /** Options with a value, or `true`. */
  values: Readonly<Record<string, string | boolean | undefined>>
  pid: number | undefined
}

/**
 * Reads the words after `sexton COMMAND`: its options, and one PID at most.
 *
 * @throws {UsageError}
 */
export function parseCommandLine(
  command: string,
  words: readonly string[],
  options: Options,
): CommandLine {
  // Not strict: parseArgs' own messages know no suggestions, and advise on `--`.
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) if (token.kind === 'option') checkOption(command, token, options)
  if (positionals.length > 1) {
    throw usageError(command, `one PID at most, not '${positionals.join(' ')}'`)
  }
  const [word] = positionals
  return {
    values: values as CommandLine['values'],
    pid: word === undefined ? undefined : parsePid(command, word),
  }
}

/** An error that says where help is. */
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
  if (option.type === 'boolean' && token.value !== undefined) {
    throw usageError(command, `${token.rawName} takes no value, not '${token.value}'`)
  }
}

function parsePid(command: string, word: string): number {
  try {
    return checkPid(/^\d+$/.test(word) ? Number(word) : word)
  } catch (error) {
    if (error instanceof RangeError) throw usageError(command, error.message)
    throw usageError(command, `PID must be a number, not '${word}'`)
  }
}
