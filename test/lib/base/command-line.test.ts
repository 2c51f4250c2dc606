import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../lib/base/command-line.js'
import { command } from '../../../lib/index.js'
import { lacks } from '../../needs.js'

type Word = string | Buffer

/** Words of every kind of character that a shell could understand in its own way. */
function words(count: number): Word[] {
  const pieces = [
    ...Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1)),
    ...[
      '\u0085',
      '\u009b',
      '\u2028',
      '\u202e',
      'é',
      '😀',
      '\ufeff',
      '$(x)',
      '$' + '{x}',
      '`x`',
      '!!',
    ],
    ...['\\n', "\\'", "$'", '~', '~root', '=ls', '%1', '-n', '--', '{a,b}', '[a-z]', '*', '?', '1'],
  ]
  let seed = 7
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  const fuzzed = Array.from({ length: count }, (_, i): Word => {
    if (i % 7 === 0) return Buffer.from(Array.from({ length: random(6) }, () => 1 + random(255)))
    return Array.from({ length: random(6) }, () => pieces[random(pieces.length)]).join('')
  })
  return [...pieces, ...fuzzed]
}

const SHELLS = {
  bash: ['bash', '--norc'],
  zsh: ['zsh', '-f'],
  ksh: ['ksh'],
  mksh: ['mksh'],
} as const

/** The output of a shell for one line, each byte a character. */
function outputOf(shell: keyof typeof SHELLS, line: string): string {
  const [file, ...flags] = SHELLS[shell]
  const environment = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }
  const { stdout, stderr } = spawnSync(file, [...flags, '-c', line], {
    encoding: 'latin1',
    env: environment,
  })
  expect(stderr).toBe('')
  return stdout
}

describe.each(Object.keys(SHELLS) as (keyof typeof SHELLS)[])('A command line in %s', (shell) => {
  it.skipIf(lacks(shell))('has the bytes of each word', () => {
    const all = words(500)
    const output = outputOf(shell, commandLine('printf', ['%s\\0', ...all]))
    const expected = all.map((word) => Buffer.from(word as string).toString('latin1'))
    expect(output.split('\0').slice(0, -1)).toEqual(expected)
  })
})

describe('A command line', () => {
  it('leaves plain words as they are', () => {
    const line = String(command('git', ['log', '--format=%H', '-n1', 'HEAD~2', 'a@b:c/d+e,f_g.h']))
    expect(line).toBe("git log --format=%H -n1 'HEAD~2' a@b:c/d+e,f_g.h")
  })

  it('is one line, without a character that a terminal would obey', () => {
    const line = commandLine('a\nb', [
      '\u001b[31m',
      '\r',
      '\u009b1m',
      '\u2028',
      '\u202e',
      Buffer.from([0xff, 10]),
    ])
    expect(line).toMatch(/^[ -~]+$/)
  })

  it('quotes an empty word', () => {
    expect(commandLine('', [''])).toBe("'' ''")
  })

  it.skipIf(lacks('bash'))('names a program by a word of the shell', () => {
    const found = 'PATH=/nonexistent; command_not_found_handle() { printf %s "$1"; }'
    for (const name of ['time', 'if', 'then', '{', '!', '[[', 'function', 'A=b', 'a b', '~']) {
      expect(outputOf('bash', `${found}; ${commandLine(name, ['x'])}`)).toBe(name)
    }
  })
})
