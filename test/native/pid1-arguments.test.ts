import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseArguments } from '../../lib/cli/pid1/arguments.js'
import { optionsOf, staying } from '../../lib/cli/pid1/plan.js'
import type { Settings } from '../../lib/cli/pid1/settings.js'
import { patience, sized } from '../pace.mjs'
import { root, run } from '../program.js'

interface CommandLine {
  name: string
  env: readonly string[]
  words: readonly string[]
}

const SOURCES = [
  ...['arguments', 'line', 'settings', 'signals', 'values'].map((name) => `pid1/${name}.cc`),
]

async function buildParser(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-parser-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const parser = join(folder, 'parser')
  const inputs = [
    join(root, 'test/native/fixtures/pid1-arguments.cc'),
    ...SOURCES.map((name) => join(root, 'native/keeper', name)),
  ]
  const flags = ['-std=c++17', '-Wall', '-Wextra', '-Werror', `-I${join(root, 'native')}`]
  const built = await run(['g++', ...flags, '-o', parser, ...inputs], { timeout: 60_000 })
  expect(built).toMatchObject({ code: 0, stderr: '' })
  return parser
}

/** What the keeper's parser makes of each command line. */
function parsedBy(parser: string, lines: readonly CommandLine[]): string[] {
  const input = lines.flatMap(({ name, env, words }) => [
    name,
    ...[String(env.length), ...env],
    ...[String(words.length), ...words],
  ])
  const bytes = Buffer.from(input.map((word) => `${word}\0`).join(''), 'latin1')
  const { stdout } = spawnSync(parser, { input: bytes, encoding: 'latin1', maxBuffer: 2 ** 28 })
  return stdout.split('\n').slice(0, -1)
}

const bytes = (words: readonly string[]) => words.map((word) => Buffer.from(word, 'latin1'))
const hex = (word: Uint8Array) => Buffer.from(word).toString('hex')

/** What the parser of TypeScript makes of it: in the same words; a question mark where Node is needed. */
function parsedHere({ name, env, words }: CommandLine) {
  const variables = Object.fromEntries(
    env.map((entry) => {
      const at = entry.indexOf('=')
      return [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
  try {
    const context = { programName: name, env: variables }
    const request = parseArguments(bytes(words), context)
    if (request.kind !== 'run') return { text: '?' }
    const { settings, command } = request
    return { text: staying(settings) > 0 ? '?' : show(settings, command), settings, command }
  } catch {
    return { text: '?' }
  }
}

const time = (milliseconds: number | undefined) =>
  milliseconds === undefined ? 'none' : String(Math.ceil(Number(milliseconds.toFixed(6))))

function show(settings: Settings, command: readonly Buffer[]): string {
  const { persona, target, rewrites, forgiven, workdir, variables } = settings
  return [
    ...[persona.name, Number(settings.subreaper), ['child', 'group', 'session'].indexOf(target)],
    ...[settings.parentDeathSignal ?? 0, settings.childDeathSignal ?? 0],
    ...[Number(settings.pause), Number(settings.warnOnReap)],
    ...[settings.uid ?? -1, settings.gid ?? -1].map((id) => id | 0),
    ...[settings.verbosity, time(settings.grace), time(settings.killAfter)],
    ...[...rewrites].sort(([a], [b]) => a - b).map(([from, to]) => `${from}:${to}`),
    ...['|', ...[...forgiven].sort((a, b) => a - b)],
    ...['|', hex(workdir ?? Buffer.alloc(0)), ...variables.map(hex)],
    ...['|', ...command.map(hex)],
  ].join(' ')
}

const signals = fc.constantFrom(
  ...[
    'TERM',
    'sigint',
    'SIGHUP',
    '15',
    '010',
    '0',
    '00',
    'RTMIN+3',
    'rtmax-2',
    'RTMIN',
    'SIGRTMAX',
  ],
  ...[
    'IOT',
    'poll',
    'SIGIO',
    '33',
    '65',
    'NOSUCH',
    '',
    'SIGSIGTERM',
    'RTMIN+',
    'RTMIN+31',
    'SIG15',
  ],
)
const durations = fc.constantFrom(
  ...[
    '5',
    '5s',
    '500ms',
    '1.5m',
    '2h',
    '0',
    '0.25',
    '0.001ms',
    'none',
    '1e3',
    '.5',
    '5.',
    '-1',
    '',
  ],
  ...['12.345678s', '00007', '5 s', '3d', '9'.repeat(30), '1000000000000h'],
)
const codes = fc.constantFrom(
  ...['143', '130-143', '1,3', '0', '255', '256', '3-1', '1,', '0-255', '', '1-2-3', '007', 'x'],
)
const ids = fc.constantFrom('0', '1000', '4294967294', '4294967295', '-1', '', '1x', '000000000001')
const texts = fc.constantFrom(
  ...['A=1', '=1', 'A', 'B=\xe9', '/tmp', '', '-s', '--', 'sh', '-', 'PATH=x', 'TERM:INT', '15:2'],
  ...['HUP:0', 'RTMIN+3:TERM', '1:2:3', ':2', '2:', 'tini', 'none', 'dumb-init', 'nobody'],
)
const values = fc.oneof(signals, durations, codes, ids, texts)

const option = (names: readonly string[], value: fc.Arbitrary<string>) => {
  const long = names.filter((name) => name.startsWith('--'))
  const short = names.filter((name) => !name.startsWith('--'))
  return fc.oneof(
    fc.tuple(fc.constantFrom(...names), value).map((pair) => [...pair]),
    fc.tuple(fc.constantFrom(...long), value).map(([name, text]) => [`${name}=${text}`]),
    ...(short.length > 0
      ? [fc.tuple(fc.constantFrom(...short), value).map(([name, text]) => [`${name}${text}`])]
      : []),
  )
}

const rewrites = fc.oneof(
  fc.tuple(signals, signals).map(([from, to]) => `${from}:${to}`),
  texts,
)
const options = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('-s', '-w', '-c', '-g', '-S', '-v', '-P').map((w) => [w]),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...['-sg', '-sgv', '-vvv', '--subreaper', '--group', '--session', '--verbose'])
      .map((word) => [word]),
  },
  option(['-r', '--rewrite'], rewrites),
  option(['-p', '--parent-death-signal'], signals),
  option(['--child-death-signal'], signals),
  option(['-e', '--remap-exit'], codes),
  option(['--grace'], durations),
  option(['-t', '--timeout', '--kill-after'], durations),
  option(['--workdir'], texts),
  option(['--env'], texts),
  option(['-u', '--user-id', '--group-id'], ids),
  option(['--compat'], fc.constantFrom('tini', 'dumb-init', 'catatonit', 'none', 'docker-init')),
  option(['--status-fd', '--report-zombies', '--log-format', '--grac', '-x', '-h'], values),
  fc
    .constantFrom('-', '--', '--=', '-h', '--version', '-sh', '--pause=1', '--e', 'true')
    .map((w) => [w]),
)

const commandLines: fc.Arbitrary<CommandLine> = fc.record({
  name: fc.constantFrom('pid1', 'tini', 'dumb-init', 'catatonit', 'docker-init', 'init', ''),
  env: fc.subarray([
    ...['TINI_SUBREAPER=', 'TINI_KILL_PROCESS_GROUP=0', 'DUMB_INIT_SETSID=0', 'TINI_VERBOSITY=3'],
    ...['DUMB_INIT_DEBUG=1', 'CATATONIT_DEBUG=', 'TINI=1', 'A=b=c'],
  ]),
  words: fc
    .tuple(fc.array(options, { maxLength: 4 }), fc.array(texts, { maxLength: 3 }))
    .map(([some, command]) => [...some.flat(), ...command]),
})

describe('The keeper’s parser', { timeout: patience(120_000) }, () => {
  it('agrees with that of TypeScript on 10 000 command lines', async () => {
    const parser = await buildParser()
    const lines = fc.sample(commandLines, { numRuns: sized(10_000, 2000), seed: 1 })
    const here = lines.map((line) => ({ line, ...parsedHere(line) }))
    const there = parsedBy(parser, lines)
    expect(there).toHaveLength(lines.length)
    const understood = here.filter((_, i) => there[i] !== '?')
    expect(understood.length).toBeGreaterThan(lines.length / 4)
    // A duration with too many digits is one that Node says in other words.
    const plain = (text: string) => !/\d{13}/.test(text)
    for (const [i, { line, text }] of here.entries()) {
      if (there[i] === '?' && !line.words.every(plain)) continue
      expect({ ...line, text: there[i] }).toEqual({ ...line, text })
    }
  })

  it('understands what Node says in other words', async () => {
    const parser = await buildParser()
    const lines = fc.sample(commandLines, { numRuns: sized(10_000, 2000), seed: 2 })
    const runs = lines.flatMap((line) => {
      const { settings, command } = parsedHere(line)
      return settings === undefined ? [] : [{ line, settings, command }]
    })
    const plans = runs.map(({ line, settings, command }) => ({
      ...line,
      words: optionsOf(settings, command).map((word) => word.toString('latin1')),
    }))
    const there = parsedBy(parser, plans)
    for (const [i, { line, settings, command }] of runs.entries()) {
      const limit = (time: number | undefined) => time && Math.min(time, 1e12)
      const simple = {
        ...settings,
        grace: limit(settings.grace),
        killAfter: limit(settings.killAfter),
      }
      const verbosity = Math.min(settings.verbosity, 4)
      const text = show({ ...simple, verbosity }, command.slice(0, 1))
      expect({ ...line, text: there[i] }).toEqual({ ...line, text })
    }
  })
})
