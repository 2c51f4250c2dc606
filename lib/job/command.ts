import { commandLine } from '../base/command-line.js'
import { invalid } from '../base/errors.js'
import { checkPlainObject } from '../base/option-names.js'
import type { Bytes, Environment } from '../spawn/options.js'
import type { Stdio } from '../spawn/stdio.js'
import type { DefaultStdio, RunOptions } from './options.js'
import type { Encoding } from './text.js'

/**
 * A prepared command: a program, its arguments and options. It is immutable and can be run any number of times.
 * `command()` creates it.
 */
export class Command<
  S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
  A extends boolean = false,
> {
  /** The program: a path, or a name to search in `PATH`. */
  readonly file: Bytes
  /** The arguments, without the program's name. */
  readonly args: readonly Bytes[]
  /** The options that each run of it starts from. */
  readonly options: RunOptions<S, E, L, A>

  /** @internal */
  constructor(file: Bytes, args: readonly Bytes[] = [], options: RunOptions<S, E, L, A> = {}) {
    if (!Array.isArray(args)) {
      throw new TypeError(`${invalid('args', args, "an array, for example ['--help']")}
Pass options as the third argument.`)
    }
    this.file = file
    this.args = Object.freeze([...args])
    this.options = Object.freeze(copyOf(options))
    Object.freeze(this)
  }

  /** The command as one line that can be pasted into a shell. */
  toString(): string {
    return commandLine(this.file, this.args)
  }
}

/**
 * Prepares a command to run later, once or many times: `run(git, { cwd })`.
 *
 * @param file The program: a path, or a name to search in `PATH`.
 * @param args The arguments, without the program's name.
 * @param options The options of `run()`. `run()` checks them.
 * @returns The command. Options given to `run()` replace its own by name; those of `env` are merged.
 */
export function command<
  const S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
  A extends boolean = false,
>(file: Bytes, args?: readonly Bytes[], options?: RunOptions<S, E, L, A>): Command<S, E, L, A> {
  return new Command(file, args, options)
}

/**
 * The command with more options, for a caller of this name.
 *
 * @param beyond What the caller got after the options.
 * @throws {TypeError} if the options are not a plain object, or something comes after them.
 */
export function withOptions(
  caller: string,
  prepared: Command,
  options: RunOptions = {},
  beyond: unknown,
): Command {
  if (beyond !== undefined || Array.isArray(options)) {
    const got = beyond === undefined ? options : beyond
    throw new TypeError(`${invalid('argument', got, 'none after the options of a prepared command')}
Use ${caller}(command, options).`)
  }
  checkPlainObject('options', options, '{ timeout: 1000 }')
  const { file, args } = prepared
  return new Command(file, args, mergeOptions<RunOptions>(prepared.options, options)) as Command
}

// Copies the lists and objects in it too: a command does not change when its caller changes them.
function copyOf<T extends RunOptions>(options: T): T {
  checkPlainObject('options', options, '{ timeout: 1000 }')
  const { env, stdio } = options
  const copy = { ...options }
  if (Array.isArray(env)) copy.env = [...env]
  else if (env !== undefined) {
    checkPlainObject('env', env, "{ NAME: 'value' }")
    copy.env = { ...env }
  }
  if (Array.isArray(stdio)) copy.stdio = [...stdio]
  return copy
}

/**
 * Merges options. One that is `undefined` changes nothing. Objects of `env` are merged by name; a list replaces what was
 * there.
 */
export function mergeOptions<T extends { env?: Environment }>(base: T, more: T): T {
  const given = Object.entries(more).filter(([, value]) => value !== undefined)
  const merged: T = { ...base, ...Object.fromEntries(given) }
  if (isRecord(base.env) && isRecord(more.env)) merged.env = { ...base.env, ...more.env }
  return merged
}

function isRecord(env: Environment | undefined): env is Exclude<Environment, readonly Bytes[]> {
  return typeof env === 'object' && env !== null && !Array.isArray(env)
}
