import { describe, expect, it } from 'vitest'
import { parseArguments, type Request } from '../../../../lib/cli/run/arguments.js'
import { HELP } from '../../../../lib/cli/run/help.js'
import { OPTIONS } from '../../../../lib/cli/run/options.js'
import { UsageError } from '../../../../lib/cli/usage-error.js'

type Run = Extract<Request, { kind: 'run' }>

const parse = (...words: string[]) => parseArguments(words) as Run
const settingsOf = (...words: string[]) => parse(...words, 'true').settings

function failureOf(...words: string[]): string {
  try {
    parseArguments(words)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  throw new Error('no failure')
}

describe('The words of sexton run', () => {
  it.each([
    [['true'], ['true']],
    [
      ['--', 'true', '--', '-x'],
      ['true', '--', '-x'],
    ],
    [
      ['make', '--timeout', '5'],
      ['make', '--timeout', '5'],
    ],
    [
      ['--timeout', '5', 'make', '-j'],
      ['make', '-j'],
    ],
    [['--timeout=5', '--', '--odd'], ['--odd']],
    [['-'], ['-']],
  ])('%j have the command %j', (words, command) => {
    expect(parse(...words).command).toEqual(command)
  })

  it('are nothing but a wish for help or the version', () => {
    for (const word of ['-h', '--help']) expect(parse(word)).toEqual({ kind: 'help' })
    for (const word of ['-V', '--version']) expect(parse(word)).toEqual({ kind: 'version' })
    expect(parse('env', '--help').command).toEqual(['env', '--help'])
  })

  it('have settings', () => {
    expect(settingsOf()).toEqual({ limits: {}, failOnLeak: false, keep: [] })
    expect(
      settingsOf(
        ...['--timeout', '10m', '--idle-timeout', '90', '--grace=500ms', '--kill-signal', 'int'],
        ...['--isolation', 'cgroup', '--cgroup', '/sys/fs/cgroup/x', '--report', 'r.json'],
        ...['--max-processes', '500', '--max-memory', '2G', '--max-cpu', '1.5', '--fail-on-leak'],
      ),
    ).toEqual({
      timeout: 600_000,
      idleTimeout: 90_000,
      grace: 500,
      killSignal: 'SIGINT',
      isolation: 'cgroup',
      cgroup: '/sys/fs/cgroup/x',
      report: 'r.json',
      limits: { processes: 500, memory: 2 * 1024 ** 3, cpu: 1.5 },
      failOnLeak: true,
      keep: [],
    })
  })

  it('take a timeout of 0 as none, and the last value of an option', () => {
    expect(settingsOf('--timeout', '0', '--idle-timeout', '0s')).not.toHaveProperty('timeout')
    expect(settingsOf('--timeout', '5', '--timeout', '0')).not.toHaveProperty('timeout')
    expect(settingsOf('--timeout', '5', '--timeout', '1h').timeout).toBe(3_600_000)
    expect(settingsOf('--keep', 'a', '--keep', 'b').keep).toHaveLength(2)
  })

  it.each([
    [[], 'no command given: expected for example sexton run -- npm test'],
    [['--timeout', '5', '--'], 'no command given'],
    [['--timout', '5', 'x'], "unknown option '--timout'; did you mean '--timeout'?"],
    [['--fail-on-leek', 'x'], "unknown option '--fail-on-leek'; did you mean '--fail-on-leak'?"],
    [['--hlep'], "did you mean '--help'?"],
    [['-t', '5'], "unknown option '-t'"],
    [['--timeout'], 'option --timeout needs a value: expected --timeout TIME'],
    [['--timeout', 'soon', 'x'], "--timeout: invalid duration 'soon': expected a time"],
    [['--fail-on-leak=yes', 'x'], "option --fail-on-leak takes no value, but got 'yes'"],
    [['--kill-signal', 'NONE', 'x'], "--kill-signal: invalid signal 'NONE'"],
    [
      ['--isolation', 'full', 'x'],
      "invalid value 'full': expected tree or cgroup or pid-namespace",
    ],
    [['--max-memory', 'lots', 'x'], "--max-memory: invalid size 'lots'"],
    [['--max-processes', '0', 'x'], "--max-processes: invalid number '0'"],
    [['--max-cpu', '-1', 'x'], "--max-cpu: invalid number of processors '-1'"],
    [['--keep', '', 'x'], "--keep: invalid pattern ''"],
  ])('%j are refused', (words, message) => {
    const failure = failureOf(...words)
    expect(failure).toContain(message)
    expect(failure).toMatch(/\nTry 'sexton run --help'\.$/)
  })
})

it('describes every option in its help, at most 80 columns wide', () => {
  for (const [name, { value }] of OPTIONS) {
    expect(HELP).toContain(value === undefined ? `  ${name} ` : `  ${name} ${value}`)
  }
  for (const line of HELP.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})
