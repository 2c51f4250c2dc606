import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { manual } from '../../packaging/manual/write.mjs'
import { lacks } from '../needs.js'
import { root, run } from '../program.js'

const completions = join(root, 'docs', 'completions')

describe('The manual pages and completions', () => {
  const files = manual()

  it('are written anew: npm run manual', () => {
    for (const [path, text] of files)
      expect(readFileSync(join(root, path), 'utf8') === text, path).toBe(true)
  })

  it('have every option of the help, with its text', () => {
    const page = files.get('docs/man/sexton.1') as string
    expect(page).toContain('.SH SEXTON RUN\n')
    expect(page).toMatch(/^\.TP\n\.B \\-\\-fail\\-on\\-leak\nexit with 122 if .*processes$/m)
    expect(page).toMatch(/^\.SS Exit codes\n\.TP\n\.B N\nthe exit code of the command$/m)
    expect(page).toMatch(/^\.TP\n\.B \\-w\ndraw again every 2 seconds /m)
    const pid1 = files.get('docs/man/pid1.1') as string
    expect(pid1).toMatch(/^\.TP\n\.B \\-r, \\-\\-rewrite S:R\nforward signal R instead of S; /m)
  })
})

describe.each(['pid1', 'sexton', 'sexton run', 'sexton tree', 'sexton doctor'])(
  'The help of %s',
  (name) => {
    const [program, ...words] = name.split(' ')
    const file = join(root, 'dist', 'cli', `${program}.js`)

    it('has lines of at most 80 columns that each stand alone', async () => {
      const { stdout } = await run([process.execPath, file, ...words, '--help'])
      const lines = stdout.split('\n').filter(Boolean)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
      // An item has a term and its text; a sentence is whole; no line goes on with that before it, or means another one.
      const item = /^ {2,6}\S.*? {2,}\S/
      const sentence = /^(Usage: |[A-Z].*[.:]$)/
      const examples = lines.slice(lines.indexOf('Examples:') + 1)
      const others = lines.slice(0, -examples.length)
      expect(others.filter((line) => !item.test(line) && !sentence.test(line))).toEqual([])
      expect(lines.filter((line) => / (like|those of) /.test(line) && !/\(1\)/.test(line))).toEqual(
        [],
      )
      expect(examples.length).toBeGreaterThan(1)
      for (const line of examples) expect(line).toMatch(new RegExp(`^  .*${program}`))
    })
  },
)

describe.skipIf(lacks('bash'))('The completion for bash', () => {
  it.each([
    ['sexton', ['sexton', 'r'], ['run']],
    ['sexton', ['sexton', 'run', '--max-'], ['--max-processes', '--max-memory', '--max-cpu']],
    ['sexton', ['sexton', 'run', '--isolation', 'c'], ['cgroup']],
    ['sexton', ['sexton', 'tree', '--j'], ['--json']],
    ['sexton', ['sexton', 'help', 'd'], ['doctor']],
    ['pid1', ['pid1', '-p', 'T'], ['TERM']],
    ['pid1', ['pid1', '--grace', ''], []],
    ['pid1', ['pid1', '--status-f'], ['--status-fd', '--status-file']],
  ])('of %s completes %s', async (name, words, expected) => {
    const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _${name}
      printf '%s\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = await run([
      ...['bash', '--norc', '-c', script, join(completions, `${name}.bash`)],
      ...words,
    ])
    expect([stdout.split('\n').filter(Boolean), stderr]).toEqual([expected, ''])
  })
})

describe.skipIf(lacks('fish'))('The completion for fish', () => {
  it.each([
    ['sexton r', ['run']],
    ['sexton help d', ['doctor']],
    ['sexton run --max-', ['--max-cpu', '--max-memory', '--max-processes']],
    ['sexton run --isolation c', ['cgroup']],
    ['sexton tree --color=a', ['--color=always', '--color=auto']],
    ['sexton tree -w', ['-wh', '-wn', '-wV']], // -w is an option without a value
    [`sexton tree ${process.pid}`, [String(process.pid)]],
    ['sexton run --grace ', []],
    // The command has its own completion, and no option of sexton.
    ['sexton run --timeout 5 -- pid1 --status-f', ['--status-fd', '--status-file']],
    ['sexton run -- tree --js', []],
    ['pid1 -p T', ['TERM']],
    ['pid1 -u 5 sexton doc', ['doctor']],
  ])('completes %j', async (line, expected) => {
    const script = `source $argv[1]/sexton.fish; source $argv[1]/pid1.fish; complete -C $argv[2]`
    const command = ['fish', '--no-config', '-c', script, completions, line]
    const home = mkdtempSync(join(tmpdir(), 'sexton-fish-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    const { stdout, stderr } = await run(command, { env: { HOME: home } })
    const words = stdout.split('\n').filter(Boolean)
    expect([words.map((word) => word.split('\t')[0]), stderr]).toEqual([expected, ''])
  })
})

it.skipIf(lacks('zsh'))('The completions for zsh are sound', async () => {
  for (const name of ['_pid1', '_sexton'])
    expect(await run(['zsh', '-n', join(completions, name)])).toMatchObject({ code: 0, stderr: '' })
})
