import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { skipWithoutRoot } from '../../needs.js'
import { root, run } from '../../program.js'
import { start } from '../running.js'
import type { Block } from './blocks.js'
import { inside, type Plan, program, project, succeed } from './plan.js'

/** The blocks of docs/jobs.md. */
export const plansOfJobs: Readonly<Record<string, Plan>> = {
  'docs/jobs.md, Run a job': { runs: endsWhatIsLeft },
  'docs/jobs.md, Keep a daemon': { runs: keepsADaemon },
  'docs/jobs.md, A step of a CI': { runs: failsAStep },
  'docs/jobs.md, A tool call of an agent': {
    given: 'declare const script: string, signal: AbortSignal',
    runs: limitsATool,
  },
  'docs/jobs.md, The end of a test suite': { runs: namesWhatTestsLeave },
  'docs/jobs.md, A server that restarts': { runs: restartsAServer },
  'docs/jobs.md, A command that you do not trust': {
    given: 'declare const script: string, folder: string',
    runs: confinesACommand,
  },
  'docs/jobs.md, From a shell': { isNotRun: 'sexton-run.test.ts runs these options' },
  'docs/jobs.md, Choose a level': { runs: showsItselfAlone },
  'docs/jobs.md, Limit a job': { runs: saysWhatItHit },
}

async function endsWhatIsLeft(block: Block): Promise<void> {
  const test = 'sh -c "setsid sleep 1000 & sleep 0.2"'
  const files = { 'package.json': JSON.stringify({ type: 'module', scripts: { test } }) }
  expect(await succeed(run(program(block, '', files)))).toBe('sleep terminated\n')
}

async function failsAStep(block: Block): Promise<void> {
  const left = 'sh -c "echo tested; setsid sleep 1000 & sleep 0.2"'
  const files = { 'package.json': JSON.stringify({ type: 'module', scripts: { test: left } }) }
  const outcome = await run(program(block, '', files))
  expect(outcome).toMatchObject({ code: 1, stderr: 'the step has left sleep: terminated\n' })
  expect(outcome.stdout).toMatch(/^tested$/m)
  const failing = { type: 'module', scripts: { test: 'exit 7' } }
  const failed = await run(program(block, '', { 'package.json': JSON.stringify(failing) }))
  expect(failed).toMatchObject({ code: 7 })
}

async function limitsATool(block: Block): Promise<void> {
  const before = "const script = 'yes & setsid yes & wait', signal = AbortSignal.timeout(60_000)"
  const after = 'console.log(answer.length <= 100_100, answer.replace(/(y\\n)+/, ""))'
  const text = await succeed(run(program({ ...block, text: `${block.text}${after}` }, before)))
  expect(text).toMatch(/^true \[the beginning was cut off\]\n(y|\n)*\[timeout\]\n$/)
}

async function namesWhatTestsLeave({ text }: Block): Promise<void> {
  const test = `
    import { spawn } from 'node:child_process'
    import { test } from 'vitest'
    test('leaves a daemon', async () => {
      const shell = spawn('sh', ['-c', 'setsid sleep 1000 & sleep 0.2'], { stdio: 'ignore' })
      await new Promise((resolve) => shell.once('exit', resolve))
    })`
  const folder = project({
    'setup.js': text,
    'some.test.js': test,
    'vitest.config.js': `export default { test: { pool: 'forks', setupFiles: 'setup.js' } }`,
  })
  const vitest = join(root, 'node_modules', 'vitest')
  symlinkSync(vitest, join(folder, 'node_modules', 'vitest'))
  const runner = [process.execPath, join(vitest, 'vitest.mjs'), 'run']
  const { code, stdout, stderr } = await run(inside(folder, ...runner))
  expect(code).toBe(1)
  expect(stdout + stderr).toMatch(/these tests have left sleep \(\d+\)/)
}

async function restartsAServer(block: Block): Promise<void> {
  // The one that listens is a process that the command has started, in a session of its own.
  const name = `\0sexton-document-${process.pid}`
  const listener = `require('net').createServer().listen(${JSON.stringify(name)}, () => console.log('listens'))`
  const server = `
    import { spawn } from 'node:child_process'
    const args = ['--eval', ${JSON.stringify(listener)}]
    spawn(process.execPath, args, { detached: true, stdio: 'inherit' })
    setInterval(() => {}, 1000)`
  const command = program(block, '', { 'server.js': server, 'src/file': '' })
  const running = start(command)
  await running.printed('listens')
  writeFileSync(join(command[2] as string, 'src', 'file'), 'changed')
  await running.printed(/file has changed\n(.*\n)*listens/)
  process.kill(running.pid, 'SIGKILL')
  expect((await running.ended).stderr).toBe('')
}

async function confinesACommand(block: Block): Promise<void> {
  skipWithoutRoot()
  const script = 'id -u; id -G; env | cut -d= -f1; ulimit -n; kill -0 $PPID; sleep 1000'
  const before = `
    const script = ${JSON.stringify(script)}, folder = '/'`
  const after = `console.log(endedBy, all)`
  const text = await succeed(run(program({ ...block, text: `${block.text}${after}` }, before)))
  const lines = text.split('\n')
  expect(lines.slice(0, 2)).toEqual(['timeout 65534', '65534'])
  expect(lines.slice(2)).toEqual(expect.arrayContaining(['PATH', 'HOME', 'SEXTON_JOB', '64']))
  expect(text).toMatch(/kill: .*not permitted/i)
}

async function keepsADaemon(block: Block): Promise<void> {
  const daemon =
    '#!/bin/sh\nsleep 1 > /dev/null 2>&1 &\nuntil grep -q sleep /proc/$!/comm; do :; done\n'
  const folder = program(block, '', { 'start-server': daemon })
  await run(['chmod', '+x', `${folder[2]}/start-server`])
  expect(await succeed(run(folder))).toBe('1\n')
}

// Where there is no PID namespace, the document's own words say why.
async function showsItselfAlone(block: Block): Promise<void> {
  const { stdout, stderr } = await run(program(block))
  if (stderr.includes('ERR_UNSUPPORTED'))
    expect(stderr).toContain("isolation 'pid-namespace' needs")
  else expect(stdout).toBe('1 2\n')
}

// Many machines have no group that can be limited.
async function saysWhatItHit(block: Block): Promise<void> {
  const scripts = { test: 'x=a; while :; do x=$x$x; done' }
  const files = { 'package.json': JSON.stringify({ type: 'module', scripts }) }
  const { stdout, stderr } = await run(program(block, '', files))
  if (stderr.includes('ERR_UNSUPPORTED')) expect(stderr).toMatch(/limits\.\w+ needs a cgroup/)
  else expect(stdout).toContain("'memory'")
}
