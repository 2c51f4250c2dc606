import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { root, run } from '../../program.js'
import type { Block } from './blocks.js'
import { inside, type Plan, program, project, succeed } from './plan.js'
import { A_SERVER, shutsDown } from './signals.js'

export const IS_OUTPUT = 'it shows what a program prints'
export const IS_DOCKERFILE = 'examples.test.ts builds and runs an image with these lines'

/** The blocks of README.md. */
export const plansOfReadme: Readonly<Record<string, Plan>> = {
  'README.md, Install': { isNotRun: 'package.test.ts installs the package' },
  'README.md, In a container': { isNotRun: IS_DOCKERFILE },
  'README.md, Run a command': { runs: readsCommits },
  'README.md, Run what you do not trust': {
    given: 'declare const script: string',
    runs: confinesAScript,
  },
  'README.md, Wait for any process, or end it': {
    given: 'declare const pid: number, otherPid: number',
    runs: waitsAndEnds,
  },
  'README.md, Shut down well': { given: A_SERVER, runs: shutsDown },
  'README.md, In tests': { runs: failsTheTests },
  'README.md, More': { isNotRun: '.ci/run and .ci/checks run these commands' },
}

async function readsCommits(block: Block): Promise<void> {
  const [, , folder = '', ...command] = program({
    ...block,
    text: `${block.text}console.log(stdout)`,
  })
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
  git('init')
  const author = ['-c', 'user.name=A. Author', '-c', 'user.email=a@example.org']
  git(...author, 'commit', '--allow-empty', '-m', 'first')
  expect(await succeed(run(inside(folder, ...command)))).toMatch(/^first\n[0-9a-f]{40}\n$/)
}

// Where there is no PID namespace, the document's own words say why.
async function confinesAScript(block: Block): Promise<void> {
  const script = 'echo $$ >&2; setsid sleep 1000 & env | grep -c SECRET; sleep 1000'
  const before = `process.env.SECRET = 'x'; const script = ${JSON.stringify(script)}`
  const text = `${block.text.replace('5_000', '1000')}console.log([all, endedBy])`
  const { stdout, stderr } = await run(program({ ...block, text }, before))
  if (stderr.includes('ERR_UNSUPPORTED'))
    expect(stderr).toContain("isolation 'pid-namespace' needs")
  else expect([stdout, stderr]).toEqual(["[ '2\\n0', 'timeout' ]\n", ''])
}

async function waitsAndEnds(block: Block): Promise<void> {
  const before = `
    import { spawn } from 'node:child_process'
    import { once } from 'node:events'
    const { pid } = spawn('sh', ['-c', 'sleep 0.1; exit 7'])
    const tree = spawn('sh', ['-c', 'sleep 1000 & echo; wait'])
    const ended = once(tree, 'exit')
    await once(tree.stdout, 'data')
    const otherPid = tree.pid`
  const text = `${block.text}console.log(await ended)`
  expect(await succeed(run(program({ ...block, text }, before)))).toBe(
    "7 null\n[ null, 'SIGTERM' ]\n",
  )
}

// vitest stands for what leaves a process behind.
async function failsTheTests({ text }: Block): Promise<void> {
  const vitest = '#!/bin/sh\nsetsid sleep 1000 &\n'
  const folder = project({ 'package.json': text, 'node_modules/.bin/vitest': vitest })
  await run(['chmod', '+x', join(folder, 'node_modules/.bin/vitest')])
  const sexton = join(root, 'dist', 'cli', 'sexton.js')
  symlinkSync(sexton, join(folder, 'node_modules', '.bin', 'sexton'))
  const { code, stderr } = await run(inside(folder, 'npm', 'test'))
  expect(code).toBe(122)
  expect(stderr).toMatch(/^sexton run: 1 process outlived the command:\n.*: terminated$/m)
}
