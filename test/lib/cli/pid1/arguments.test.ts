import { describe, expect, it } from 'vitest'
import { SextonError } from '../../../../lib/base/errors.js'
import {
  BadCommandLine,
  NoCommandGiven,
  parseArguments,
} from '../../../../lib/cli/pid1/arguments.js'
import type { Settings } from '../../../../lib/cli/pid1/settings.js'

type Variables = Record<string, string>

function parse(words: readonly string[], env: Variables = {}, programName = 'pid1') {
  const bytes = words.map((word) => Buffer.from(word))
  return parseArguments(bytes, { programName, env })
}

function running(words: readonly string[], env: Variables = {}, programName = 'pid1') {
  const request = parse(words, env, programName)
  if (request.kind !== 'run') throw new Error(`a request to run, not ${request.kind}`)
  return { ...request, command: request.command.map(String) }
}

const settings = (words: readonly string[], env: Variables = {}, programName = 'pid1'): Settings =>
  running([...words, '--', 'x'], env, programName).settings

describe('The command', () => {
  it.each([
    [
      ['ls', '-l'],
      ['ls', '-l'],
    ],
    [['--', 'ls'], ['ls']],
    [['-s', '--', '-s'], ['-s']],
    [
      ['sh', '-s', '--help', '--', '-V'],
      ['sh', '-s', '--help', '--', '-V'],
    ],
    [
      ['--', '--', 'x'],
      ['--', 'x'],
    ],
    [
      ['-', 'x'],
      ['-', 'x'],
    ],
    [[''], ['']],
    [
      ['-e', '1', 'sh', '-c', 'x'],
      ['sh', '-c', 'x'],
    ],
  ])('of %j is %j', (words, command) => {
    expect(running(words).command).toEqual(command)
  })

  it('keeps bytes that are no UTF-8', () => {
    const raw = Buffer.from([0x2d, 0xff, 0xfe])
    const words = [Buffer.from('--'), raw, raw]
    expect(parseArguments(words, { programName: 'pid1', env: {} })).toMatchObject({
      kind: 'run',
      command: [raw, raw],
    })
  })

  it.each([[[]], [['--']], [['-s']], [['-s', '--']]])('is missed in %j', (words) => {
    expect(() => parse(words)).toThrow(NoCommandGiven)
    expect(() => parse(words)).toThrow(SextonError)
    expect(() => parse(words)).toThrow(expect.objectContaining({ code: 'ERR_NO_COMMAND' }))
  })

  it('is not needed for a pause', () => {
    expect(running(['-P'])).toMatchObject({ command: [], settings: { pause: true } })
  })
})

describe('What is shown', () => {
  it.each([
    ['-h', 'help'],
    ['--help', 'help'],
    ['-V', 'version'],
    ['--version', 'version'],
    ['-l', 'license'],
    ['-L', 'license'],
    ['--license', 'license'],
  ])('for %s, command or not', (option, kind) => {
    expect(parse([option])).toMatchObject({ kind })
    expect(parse(['-s', option, 'ls'])).toMatchObject({ kind })
  })
})

describe('Options', () => {
  it.each([
    [['-s'], { subreaper: true }],
    [['-g'], { target: 'group' }],
    [['-S'], { target: 'session' }],
    [['-g', '-c'], { target: 'child' }],
    [['-svvg'], { subreaper: true, verbosity: 3, target: 'group' }],
    [['--grace', '500ms'], { grace: 500 }],
    [['--grace=1.5m'], { grace: 90_000 }],
    [['--grace=0'], { grace: 0 }],
    [['--grace', 'none'], { grace: undefined }],
    [['--kill-after=10'], { killAfter: 10_000 }],
    [['-t', '3'], { killAfter: 3000 }],
    [['-p', 'SIGTERM'], { parentDeathSignal: 15 }],
    [['--child-death-signal=kill'], { childDeathSignal: 9 }],
    [['-u1000', '--group-id', '50'], { uid: 1000, gid: 50 }],
    [['--log-format=json'], { logFormat: 'json' }],
    [['--status-fd', '3'], { statusFd: 3 }],
    [['--report-zombies', '30s'], { reportZombies: 30_000 }],
    [['--workdir', '/tmp'], { workdir: Buffer.from('/tmp') }],
    [['--env', 'A=b', '--env=C='], { variables: [Buffer.from('A=b'), Buffer.from('C=')] }],
  ])('%j mean %j', (words, expected) => {
    expect(settings(words)).toMatchObject(expected)
  })

  it('rewrite signals by name and number, the last one counts, 0 drops', () => {
    const { rewrites } = settings([
      '-r',
      'TERM:INT',
      '-r15:2',
      '--rewrite=RTMIN+3:0',
      '-r',
      'HUP:0',
    ])
    expect([...rewrites]).toEqual([
      [15, 2],
      [37, 0],
      [1, 0],
    ])
  })

  it('forgive exit codes, one by one and in ranges', () => {
    expect([...settings(['-e143', '-e', '1,3', '-e', '130-132']).forgiven]).toEqual([
      ...[143, 1, 3, 130, 131, 132],
    ])
  })
})

describe('A bad command line', () => {
  it.each([
    [['-x'], "unknown option '-x'"],
    [['-sx'], "unknown option '-sx'"],
    [['--'.concat('nope')], "unknown option '--nope'"],
    [['--gruop'], "unknown option '--gruop'; did you mean '--group'?"],
    [['--subreaper=1'], "option --subreaper takes no value, but got '--subreaper=1'"],
    [['-r', 'TERM'], "-r: invalid rewrite 'TERM': expected two signals"],
    [['-r', 'TERM:FOO'], "-r: invalid signal 'FOO'"],
    [['-r', '0:1'], "-r: invalid signal '0'"],
    [['-e', '256'], "-e: invalid exit codes '256'"],
    [['-e', '5-3'], "-e: invalid exit codes '5-3'"],
    [['--grace', 'soon'], "--grace: invalid duration 'soon': expected a time, for example 5s"],
    [['-p', '65'], "-p: invalid signal '65'"],
    [['--compat', 'runit'], "--compat: invalid name 'runit': expected one of tini"],
    [['--env', '=x'], "--env: invalid variable '=x': expected NAME=VALUE"],
    [['-u', 'root'], "-u: invalid id 'root': expected a number"],
    [['--log-format', 'xml'], "--log-format: invalid format 'xml': expected text or json"],
  ])('%j is quoted, with what would be right', (words, message) => {
    expect(() => parse([...words, 'x'])).toThrow(BadCommandLine)
    expect(() => parse([...words, 'x'])).toThrow(message)
  })

  it('may end too early', () => {
    expect(() => parse(['-r'])).toThrow('option -r needs a value: expected -r S:R')
  })
})

describe('A persona', () => {
  it.each(['tini', 'dumb-init', 'catatonit'])('comes by the name of the program: %s', (name) => {
    expect(settings([], {}, name).persona.name).toBe(name)
    expect(settings(['--compat', name]).persona.name).toBe(name)
    expect(settings(['--compat', 'none'], {}, name).persona.name).toBe('pid1')
  })

  it('sets defaults that options override, whatever their order', () => {
    expect(settings(['-c', '--compat', 'dumb-init']).target).toBe('child')
    expect(settings(['--grace', '1s', '--compat', 'tini']).grace).toBe(1000)
    expect(settings(['--compat', 'dumb-init'])).toMatchObject({
      target: 'session',
      grace: undefined,
    })
  })

  it('decides how a bad command line fails', () => {
    const failing = (usageExit: number) =>
      expect.objectContaining({ persona: expect.objectContaining({ usageExit }) })
    expect(() => parse(['-x'])).toThrow(failing(2))
    expect(() => parse(['-x'], {}, 'tini')).toThrow(failing(1))
    expect(() => parse(['--compat', 'tini'])).toThrow(failing(1))
  })
})

describe("The peers' variables", () => {
  it.each([
    [{ TINI_SUBREAPER: '' }, { subreaper: true }],
    [{ TINI_KILL_PROCESS_GROUP: '' }, { target: 'group' }],
    [{ TINI_VERBOSITY: '3' }, { verbosity: 3 }],
    [{ TINI_VERBOSITY: 'much' }, { verbosity: 1 }],
    [{ DUMB_INIT_DEBUG: '1' }, { verbosity: 3 }],
    [{ DUMB_INIT_DEBUG: 'yes' }, { verbosity: 1 }],
    [{ CATATONIT_DEBUG: '' }, { verbosity: 3 }],
  ])('%j mean %j', (env: Variables, expected) => {
    expect(settings([], env)).toMatchObject(expected)
  })

  it('count as their owners document them', () => {
    expect(settings(['-v'], { TINI_VERBOSITY: '0' }).verbosity).toBe(0)
    expect(settings([], { DUMB_INIT_SETSID: '0' }, 'dumb-init').target).toBe('child')
    expect(settings([], { DUMB_INIT_SETSID: 'no' }, 'dumb-init').target).toBe('session')
  })
})
