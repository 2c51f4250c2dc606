import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { run } from '../../program.js'
import type { Block } from './blocks.js'
import { inside, type Plan, project, succeed } from './plan.js'

const REPOSITORY = 'declare const repository: string'

/** The blocks of docs/running.md. */
export const plansOfRunning: Readonly<Record<string, Plan>> = {
  'docs/running.md, Get the output': {
    given: REPOSITORY,
    runs: (block) => prints(block, 'console.log(stdout.length)', '40\n'),
  },
  'docs/running.md, Handle a failure': {
    given: `${REPOSITORY}, branch: string`,
    runs: saysWhatFailed,
  },
  'docs/running.md, Limit time and size': { runs: keepsTheLastOutput },
  'docs/running.md, Give it input': { given: 'declare const archive: string', runs: givesInput },
  'docs/running.md, Read while it runs': {
    given: REPOSITORY,
    runs: (block) => prints(block, "console.log('left')", 'left\n'),
  },
  'docs/running.md, Set the environment': { runs: setsTheEnvironment },
  'docs/running.md, Redirect': { runs: redirects },
  'docs/running.md, Connect commands': {
    given: REPOSITORY,
    runs: (block) => prints(block, 'console.log(stdout.trim(), members.length)', '2 A. Author 3\n'),
  },
  'docs/running.md, Connect commands (2)': { runs: (block) => prints(block, '', '1000\n') },
  'docs/running.md, Prepare a command': {
    given: REPOSITORY,
    runs: (block) => {
      const text = block.text.replace('(...args: string[])', '(...args)')
      return prints({ ...block, text }, 'console.log(stdout)', "[ '?? file' ]\n")
    },
  },
  'docs/running.md, Prepare a command (2)': {
    runs: (block) => {
      const text = block.text
        .replace(/type \w+(?:, |.*\n)/g, '')
        .replaceAll(/: (?:string(?:\[\])?|TextOptions)/g, '')
      return prints({ ...block, text }, "console.log(await text('echo', ['a']))", 'a\n')
    },
  },
  'docs/running.md, End processes that you did not start as a job': {
    given: 'declare const pid: number',
    runs: endsTree,
  },
}

/** A program in a project with a repository of two commits and an untracked file. */
function program({ text }: Block, after: string, files: Readonly<Record<string, string>> = {}) {
  const before =
    "const repository = 'repository', branch = 'no such branch', archive = 'package.json'"
  const folder = project({
    'main.js': `${before}\n${text}\n${after}`,
    'repository/file': '',
    ...files,
  })
  const git = (...args: string[]) => {
    const names = ['-c', 'user.name=A. Author', '-c', 'user.email=a@example.org']
    execFileSync('git', [...names, ...args], { cwd: join(folder, 'repository'), stdio: 'ignore' })
  }
  git('init')
  for (const subject of ['first', 'release 1']) git('commit', '--allow-empty', '-m', subject)
  return { folder, command: inside(folder, process.execPath, 'main.js') }
}

async function prints(block: Block, after: string, output: string): Promise<void> {
  expect(await succeed(run(program(block, after).command))).toBe(output)
}

async function saysWhatFailed(block: Block): Promise<void> {
  const { code, stderr } = await run(program(block, '').command)
  expect(code).toBe(0)
  expect(stderr).toMatch(/^git push origin 'no such branch': exit code \d+\n(.+\n)+\d+ .*fatal: /)
}

async function keepsTheLastOutput(block: Block): Promise<void> {
  // A suite whose output is longer than what is kept of it.
  const test = 'node -e "console.log(1e6.toString().repeat(2e5))"'
  const files = { 'package.json': JSON.stringify({ type: 'module', scripts: { test } }) }
  const { command } = program(block, 'console.log(stdout.length, truncated)', files)
  expect(await succeed(run(command))).toBe('999999 true\n')
}

async function givesInput(block: Block): Promise<void> {
  await prints(block, "console.log('done')", 'done\n')
}

async function setsTheEnvironment(block: Block): Promise<void> {
  const files = {
    Makefile: 'all:\n\t@echo "CC=$(CC) MAKEFLAGS=$(MAKEFLAGS) HOME=$$HOME" >> said\n',
    'node_modules/.bin/eslint': '#!/bin/sh\necho eslint >> said\n',
  }
  const { folder, command } = program(block, '', files)
  await run(['chmod', '+x', join(folder, 'node_modules/.bin/eslint')])
  await succeed(run(command))
  const [added, clean, local] = readFileSync(join(folder, 'said'), 'utf8').split('\n')
  expect(added).toMatch(/^CC=clang MAKEFLAGS= ?-j2.* HOME=.+/)
  expect(clean).toMatch(/^CC=cc .*HOME=$/)
  expect(local).toBe('eslint')
}

async function endsTree(block: Block): Promise<void> {
  const before = `import { spawn } from 'node:child_process'
import { once } from 'node:events'
const tree = spawn('sh', ['-c', 'sh -c "echo; sleep 1000; true" & wait'])
await once(tree.stdout, 'data')
const { pid } = tree`
  const text = `${before}\n${block.text}`
  const output = await succeed(run(program({ ...block, text }, '').command))
  expect(output).toMatch(/^ended sh \(\d+\)\nended sh \(\d+\)\n/)
}

async function redirects(block: Block): Promise<void> {
  const files = { Makefile: 'all:\n\t@echo out; echo err >&2\n' }
  const { folder, command } = program(block, 'console.log([all])', files)
  const { stdout, stderr } = await run(command)
  expect([stdout, stderr]).toEqual(["out\n[ 'out\\nerr' ]\n", 'err\n'])
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect([read('out.log'), read('errors.log')]).toEqual(['out\n', 'err\n'])
}
