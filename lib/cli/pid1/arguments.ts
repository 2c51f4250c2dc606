import { SextonError } from '../../base/errors.js'
import { suggestion } from '../../base/suggestion.js'
import { UsageError } from '../usage-error.js'
import { OPTIONS, type Option } from './options.js'
import { type Persona, personaOf } from './persona.js'
import { defaultSettings, type Settings, verbosityFrom } from './settings.js'

/** The error of a `pid1` that was started without a command. */
export class NoCommandGiven extends SextonError {
  declare readonly persona: Persona

  constructor(persona: Persona) {
    super('ERR_NO_COMMAND', 'no command given')
    Object.defineProperty(this, 'persona', { value: persona })
  }
}

/** A text that `pid1` shows instead of running a command. */
export type Show = 'help' | 'version' | 'license'

/** The request of a command line. */
export type Request =
  | { kind: 'run'; settings: Settings; command: readonly Buffer[] }
  | { kind: Show; persona: Persona }

export interface Context {
  /** The name under which the program was started. */
  programName: string
  env: Readonly<Record<string, string | undefined>>
}

const SHOW: Readonly<Record<string, Show>> = {
  '-h': 'help',
  '--help': 'help',
  '-V': 'version',
  '--version': 'version',
  '-l': 'license',
  '-L': 'license',
  '--license': 'license',
}

const ALL = Object.values(OPTIONS).flat()
const LONG = new Map(ALL.map((option) => [option.long, option]))
const SHORT = new Map(ALL.flatMap((option) => (option.short ? [[option.short, option]] : [])))

interface Given {
  option: Option
  /** The option as the user wrote it, for messages. */
  spelling: string
  bytes: Buffer
}

/** The error of an invalid command line. `pid1` reports it as its persona would. */
export class BadCommandLine extends UsageError {
  readonly persona: Persona

  constructor(message: string, persona: Persona) {
    super(message)
    this.persona = persona
  }
}

/**
 * Parses the command line, as bytes. Options end at `--` or at the first word that is not an option, so that the
 * command keeps its own options.
 *
 * @throws {NoCommandGiven} if there is no command and no `--pause`.
 * @throws {BadCommandLine} if an option is unknown or its value is invalid.
 */
export function parseArguments(words: readonly Buffer[], { programName, env }: Context): Request {
  const named = personaOf(programName) ?? (personaOf('none') as Persona)
  const given: Given[] = []
  try {
    const { show, rest } = split(words, given)
    const persona = chosenBy(given) ?? named
    if (show !== undefined) return { kind: show, persona }
    const settings = apply(given, defaultSettings(persona, env))
    settings.verbosity = verbosityFrom(settings, env)
    if (rest.length === 0 && !settings.pause) throw new NoCommandGiven(persona)
    return { kind: 'run', settings, command: rest }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new BadCommandLine(error.message, chosenBy(given) ?? named)
  }
}

function chosenBy(given: readonly Given[]): Persona | undefined {
  const compat = given.findLast(({ option }) => option.long === 'compat')
  return compat && personaOf(compat.bytes.toString('latin1'))
}

function apply(given: readonly Given[], settings: Settings): Settings {
  for (const { option, spelling, bytes } of given) {
    try {
      option.set(settings, bytes.toString('latin1'), bytes)
    } catch (error) {
      throw new RangeError(`${spelling}: ${(error as Error).message}`)
    }
  }
  return settings
}

// Adds to `given`, so that the caller has the options before an invalid one: one may be --compat.
function split(words: readonly Buffer[], given: Given[]) {
  const queue = [...words]
  for (let word = queue[0]; word !== undefined; word = queue[0]) {
    const text = word.toString('latin1')
    if (!text.startsWith('-') || text === '-') break
    queue.shift()
    if (text === '--') break
    const show = SHOW[text]
    if (show !== undefined) return { show, rest: queue }
    given.push(...(text.startsWith('--') ? [readLong(word, queue)] : readShort(word, queue)))
  }
  return { rest: queue }
}

function readLong(word: Buffer, queue: Buffer[]): Given {
  const text = word.toString('latin1')
  const equals = text.indexOf('=')
  const spelling = equals < 0 ? text : text.slice(0, equals)
  const option = LONG.get(spelling.slice(2))
  if (option === undefined) throw unknown(text, spelling)
  if (equals < 0) return { option, spelling, bytes: argumentOf(option, spelling, queue) }
  if (option.value === undefined) {
    throw new RangeError(`option ${spelling} takes no value, but got '${text}'`)
  }
  return { option, spelling, bytes: word.subarray(equals + 1) }
}

// Reads letters in a row (`-sgv`). The last one may have its value attached (`-e143`).
function readShort(word: Buffer, queue: Buffer[]): Given[] {
  const given: Given[] = []
  for (let at = 1; at < word.length; at += 1) {
    const spelling = `-${String.fromCharCode(word[at] as number)}`
    const option = SHORT.get(spelling.slice(1))
    if (option === undefined) throw unknown(word.toString('latin1'), spelling)
    const attached = word.subarray(at + 1)
    const takesRest = option.value !== undefined && attached.length > 0
    given.push({
      option,
      spelling,
      bytes: takesRest ? attached : argumentOf(option, spelling, queue),
    })
    if (takesRest) break
  }
  return given
}

function argumentOf(option: Option, spelling: string, queue: Buffer[]): Buffer {
  if (option.value === undefined) return Buffer.alloc(0)
  const bytes = queue.shift()
  if (bytes === undefined) {
    throw new RangeError(`option ${spelling} needs a value: expected ${spelling} ${option.value}`)
  }
  return bytes
}

function unknown(word: string, spelling: string): RangeError {
  const names = [...LONG.keys(), 'help', 'version', 'license'].map((name) => `--${name}`)
  const hint = spelling.startsWith('--') ? suggestion(spelling, names) : ''
  return new RangeError(`unknown option '${word}'${hint}`)
}
