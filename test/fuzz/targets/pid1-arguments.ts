import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import {
  BadCommandLine,
  NoCommandGiven,
  parseArguments,
  type Request,
} from '../../../lib/cli/pid1/arguments.js'
import { OPTIONS } from '../../../lib/cli/pid1/options.js'
import type { Settings } from '../../../lib/cli/pid1/settings.js'
import type { Target } from '../target.js'
import { text } from '../values.js'

interface CommandLine {
  programName: string
  env: Record<string, string>
  /** Bytes, one character each. */
  words: string[]
}

const options = Object.values(OPTIONS).flat()
const spellings = options.flatMap(({ short, long }) => [
  `--${long}`,
  ...(short ? [`-${short}`] : []),
])
const values = [
  ...[
    '5s',
    '500ms',
    '1.5m',
    '0',
    'none',
    '143',
    '130-143',
    '1,3',
    '0-255',
    '256',
    'TERM',
    'SIGINT',
  ],
  ...['RTMIN+3', 'RTMAX-1', 'TERM:INT', '15:0', 'A=b', '=', 'text', 'json', 'tini', 'dumb-init'],
  ...['4294967294', '4294967295', '9'.repeat(400), '/tmp', '__proto__', 'constructor', ''],
]
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...spellings) },
  { weight: 4, arbitrary: fc.constantFrom(...values) },
  fc.constantFrom('--', '-', '-h', '--help', '-V', '-l', '--unknown', '-sgv', '-e143', 'sh'),
  fc
    .tuple(fc.constantFrom(...spellings), fc.oneof(fc.constantFrom(...values), text()))
    .map(([name, value]) => `${name}${name.startsWith('--') ? '=' : ''}${value}`),
  text(),
)
const VARIABLES = ['TINI_SUBREAPER', 'TINI_KILL_PROCESS_GROUP', 'TINI_VERBOSITY', 'CATATONIT_DEBUG']
VARIABLES.push('DUMB_INIT_SETSID', 'DUMB_INIT_DEBUG')

/** Any words: a request, or one of the two errors; and the command is the last words, untouched. */
export const pid1Arguments: Target<CommandLine> = {
  name: 'pid1-arguments',
  input: fc.record({
    programName: fc.constantFrom('pid1', 'tini', 'dumb-init', 'catatonit', '', '__proto__'),
    env: fc.dictionary(fc.constantFrom(...VARIABLES), fc.constantFrom('', '0', '1', '3', 'x')),
    words: fc.array(word, { maxLength: 12 }),
  }),
  check({ words: strings, ...context }) {
    const words = strings.map((string) => Buffer.from(string, 'latin1'))
    const request = requestOf(words, context)
    assert.deepEqual(
      words.map((bytes) => bytes.toString('latin1')),
      strings,
    )
    if (request?.kind !== 'run') return
    const { command, settings } = request
    assert.deepEqual(command, words.slice(words.length - command.length))
    const before = strings.slice(0, words.length - command.length)
    assert(command.length > 0 || settings.pause)
    const first = strings[before.length]
    assert(before.at(-1) === '--' || !first?.startsWith('-') || first === '-' || isValue(before))
    checkSettings(settings)
  },
}

// What stands before the command may be a value that is a dash or more.
function isValue(before: readonly string[]): boolean {
  return before.includes('--')
}

function requestOf(words: Buffer[], context: Omit<CommandLine, 'words'>): Request | undefined {
  try {
    return parseArguments(words, context)
  } catch (error) {
    assert(error instanceof NoCommandGiven || error instanceof BadCommandLine, String(error))
    assert(error.persona.name.length > 0)
    return undefined
  }
}

const isSignal = (number: number) => Number.isInteger(number) && number >= 1 && number <= 64
const isTime = (time: number | undefined) => time === undefined || time >= 0
const isId = (id: number | undefined) => id === undefined || (id >= 0 && id < 2 ** 32 - 1)

function checkSettings(settings: Settings): void {
  for (const [from, to] of settings.rewrites) assert(isSignal(from) && (to === 0 || isSignal(to)))
  for (const code of settings.forgiven) assert(Number.isInteger(code) && code >= 0 && code <= 255)
  for (const signal of [settings.parentDeathSignal, settings.childDeathSignal]) {
    assert(signal === undefined || isSignal(signal))
  }
  for (const time of [settings.grace, settings.killAfter, settings.reportZombies])
    assert(isTime(time))
  assert(isId(settings.uid) && isId(settings.gid))
  assert(settings.statusFd === undefined || (settings.statusFd >= 0 && settings.statusFd < 2 ** 31))
  assert(settings.verbosity >= 0)
  for (const variable of settings.variables) assert(variable.indexOf('=') > 0)
}
