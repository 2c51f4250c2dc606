import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../lib/shim/arguments.js'
import { OPTIONS } from '../../../lib/shim/options.js'
import { Refusal } from '../../../lib/shim/refusal.js'
import { checkSettings } from '../../../lib/shim/settings.js'
import { run } from '../../program.js'
import { program } from './shims.js'

const least = ['-c', 'id', '-u', 'id', '-r', '/bin/true', '-l', 'ctr.log']
const parse = (words: readonly string[]) => checkSettings(parseArguments(words, OPTIONS))

describe('The words of a command line', () => {
  it('are options in each form of GLib', () => {
    const words = [
      '--cid',
      'one',
      '--name=two=2',
      '-b',
      '/three',
      '-u4',
      '-it',
      '-T5',
      '--',
      '--nosuch',
    ]
    const values = parseArguments(words, OPTIONS)
    expect(values).toMatchObject({ cid: 'one', name: 'two=2', bundle: '/three', cuuid: '4' })
    expect(values).toMatchObject({ stdin: true, terminal: true, timeout: 5, exec: false })
  })

  it('may repeat an option, and be empty', () => {
    const words = ['--exit-command-arg', '', '--exit-command-arg=--root', '--runtime-arg=--log=x']
    const values = parseArguments(words, OPTIONS)
    expect(values['exit-command-arg']).toEqual(['', '--root'])
    expect(values['runtime-arg']).toEqual(['--log=x'])
  })

  it('that are no options are ignored', () => {
    const { 'api-version': version, cid } = parseArguments(
      ['--api-version', '1', '-c', 'id', '-'],
      OPTIONS,
    )
    expect({ version, cid }).toEqual({ version: true, cid: 'id' })
  })

  it.each([
    [['--nosuch'], 'option parsing failed: Unknown option --nosuch'],
    [['--constructor'], 'option parsing failed: Unknown option --constructor'],
    [['-iX'], 'option parsing failed: Unknown option -X'],
    [['--cid'], 'option parsing failed: Missing argument for --cid'],
    [['-T', 'soon'], "option parsing failed: Cannot parse integer value 'soon' for -T"],
  ])('%j are refused', (words, message) => {
    expect(() => parseArguments(words, OPTIONS)).toThrow(new Refusal(message))
  })
})

const without = (...names: string[]) =>
  least.filter((word, i) => !names.includes(word) && !names.includes(least[i - 1] as string))

describe('Settings', () => {
  it('have defaults', () => {
    expect(parse(least)).toMatchObject({
      ...{
        mode: 'create',
        bundle: process.cwd(),
        drivers: [{ kind: 'file', path: resolve('ctr.log') }],
      },
      containerPidfile: `${process.cwd()}/pidfile-id`,
    })
  })

  it.each<[string[], string]>([
    [without('-c'), 'Container ID not provided. Use --cid'],
    [without('-u'), 'Container UUID not provided. Use --cuuid'],
    [without('-r'), 'Runtime path not provided. Use --runtime'],
    [[...least, '-r', '/nonesuch'], 'Runtime path /nonesuch is not valid'],
    [without('-l'), 'Log driver not provided. Use --log-path'],
    [[...least, '-l', ''], 'log-path must not be empty'],
    [[...least, '-l', 'k8s-file'], 'k8s-file requires a filename'],
    [[...least, '-l', 'k8s-file:'], 'k8s-file requires a filename'],
    [[...least, '-l', ':'], 'k8s-file requires a filename'],
    [[...least, '-l', 'file:x'], 'No such log driver file'],
    [[...least, '-l', 'journald:'], 'Container ID must be longer than 12 characters'],
    [[...least, '--log-level', 'loud'], 'No such log level loud'],
    [[...least, '--log-tag', 'x'], "k8s-file doesn't support --log-tag"],
    [[...least, '--log-label', 'A=b'], "k8s-file doesn't support --log-label"],
    [[...least, '--log-label', 'A'], 'Container labels must be in format LABEL=VALUE'],
    [
      [...least, '--log-label', 'a=b'],
      'Container label names must contain only uppercase letters, numbers and underscore',
    ],
    [
      [...least, '--log-allowlist-dir', '/var/log'],
      'log path ctr.log is outside of --log-allowlist-dir',
    ],
    [
      [...without('-l'), '--log-allowlist-dir', '/var/log', '-l', '/var/logs/x'],
      'log path /var/logs/x is outside of --log-allowlist-dir',
    ],
    [[...least, '-e'], 'Exec process spec path not provided. Use --exec-process-spec'],
    [[...least, '--exec-attach'], 'Attach can only be specified with exec'],
    [
      [...least, '-e', '--exec-attach'],
      'Attach can only be specified for a non-legacy exec session',
    ],
    [[...least, '-e', '--restore', 'x'], "Cannot use 'exec' and 'restore' at the same time"],
    [
      [...least, '--seccomp-notify-socket', 'x'],
      'sexton-shim does not have --seccomp-notify-socket',
    ],
  ])('of %j are refused', (words, message) => {
    expect(() => parse(words)).toThrow(new Refusal(message))
  })

  it.each([
    ['/x/ctr.log', { kind: 'file', path: '/x/ctr.log' }],
    ['k8s-file:/x:y', { kind: 'file', path: '/x:y' }],
    [':journald', { kind: 'file', path: resolve('journald') }],
    ['journald', { kind: 'journald' }],
    ['journald:/x', { kind: 'journald' }],
    ['none', { kind: 'none' }],
    ['off:', { kind: 'none' }],
    ['null', { kind: 'none' }],
    ['passthrough:', { kind: 'passthrough' }],
  ])('know the log %s', (value, driver) => {
    const words = [...least, '-u', 'longer-than-twelve', '-l', value]
    expect(parse(words).drivers[1]).toEqual(driver)
  })

  it('allow labels and a tag with the journal', () => {
    const journal = ['-u', 'longer-than-twelve', '-l', 'journald']
    const settings = parse([...least, ...journal, '--log-label', 'A=b', '--log-tag', 'x'])
    expect(settings).toMatchObject({ 'log-label': ['A=b'], 'log-tag': 'x' })
  })

  it('allow a log within an allowed folder', () => {
    const words = [...without('-l'), '-l', '/var/log/a/x', '--log-allowlist-dir', '/var/log']
    expect(parse(words).drivers).toHaveLength(1)
  })
})

describe('sexton-shim', () => {
  const shim = (...words: string[]) => run([program, ...words])

  it('says what conmon it is, with Node and without', async () => {
    const quick = await shim('--compat', 'conmon', '--version')
    expect(await shim('--compat=conmon', '--version')).toEqual(quick)
    expect(
      await run([program, '--compat', 'conmon', '--version'], { env: { PATH: '/bin' } }),
    ).toEqual(quick)
    const { code, stdout } = await shim('--compat', 'conmon', '--version')
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^conmon version \d+\.\d+\.\d+\n/),
    })
  })

  it('lists its options', async () => {
    const { stdout } = await shim('--compat=conmon', '-h')
    expect(stdout).toMatch(/^ {2}-e, --exec {2,}/m)
    expect(stdout).toContain('journald')
  })

  it('needs to know its contract', async () => {
    expect(await shim('--version')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('invalid contract'),
    })
  })

  it('says in the foreground what is wrong', async () => {
    const stderr = 'conmon: Container ID not provided. Use --cid\n'
    expect(await shim('--compat', 'conmon')).toMatchObject({ code: 1, stdout: '', stderr })
    const log = ['--compat', 'conmon', ...least.slice(0, -1), '/nonesuch/x']
    expect(await shim(...log)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Failed to open log file'),
    })
  })
})
