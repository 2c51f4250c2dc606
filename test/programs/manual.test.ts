import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
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
    expect(page).toMatch(/^\.SS Exit codes\nthat of the command, /m)
    const pid1 = files.get('docs/man/pid1.1') as string
    expect(pid1).toMatch(/^\.TP\n\.B \\-r, \\-\\-rewrite S:R\nforward signal R instead of S; /m)
  })
})

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

it.skipIf(lacks('zsh'))('The completions for zsh are sound', async () => {
  for (const name of ['_pid1', '_sexton'])
    expect(await run(['zsh', '-n', join(completions, name)])).toMatchObject({ code: 0, stderr: '' })
})
