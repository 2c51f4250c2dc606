import { SextonError } from '../../base/errors.js'
import { suggestion } from '../../base/suggestion.js'
import { UsageError } from '../usage-error.js'
import { OPTIONS, type Option } from './options.js'
import { type Persona, personaOf } from './persona.js'
import { defaultSettings, type Settings, verbosityFrom } from './settings.js'

/** `pid1` was started without a command to run. */
export class NoCommandGiven extends SextonError {
  declare readonly persona: Persona

  constructor(persona: Persona) {
    super('ERR_NO_COMMAND', 'no command given')
    Object.defineProperty(this, 'persona', { value: persona })
  }
}

/** What `pid1` was asked to show instead of running anything. */
export type Show = 'help' | 'version' | 'license'

/** What the command line asks for. */
export type Request =
  | { kind: 'run'; settings: Settings; command: readonly Buffer[] }
  | { kind: Show; persona: Persona }

export interface Context {
  /** The name that the program was started by. */
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
  /** As it was written, for messages. */
  spelling: string
  bytes: Buffer
}

/** A command line that cannot be followed; it fails as the persona's would. */
export class BadCommandLine extends UsageError {
  readonly persona: Persona

  constructor(message: string, persona: Persona) {
    super(message)
    this.persona = persona
  }
}

/**
 * Reads the command line, as bytes. Options end at `--` or at the first word that is none, so that the
 * command's own options stay the command's.
 *
 * @throws {NoCommandGiven}
 * @throws {BadCommandLine} for an unknown option, and for a value that means nothing.
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

// `given` has what was understood, also where the next word was not.
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
  if (option.value === undefined) throw new RangeError(`${spelling} takes no value: '${text}'`)
  return { option, spelling, bytes: word.subarray(equals + 1) }
}

// Letters in a row (`-sgv`), of which the last may have its value attached (`-e143`).
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
  if (bytes === undefined) throw new RangeError(`${spelling} needs a value: ${option.value}`)
  return bytes
}

function unknown(word: string, spelling: string): RangeError {
  const names = [...LONG.keys(), 'help', 'version', 'license'].map((name) => `--${name}`)
  const hint = spelling.startsWith('--') ? suggestion(spelling, names) : ''
  return new RangeError(`unknown option '${word}'${hint}`)
}
