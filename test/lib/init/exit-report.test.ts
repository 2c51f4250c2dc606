import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lacksRoot } from '../../needs.js'
import { patience } from '../../pace.mjs'
import { asPid1, environment, evaluating, nodeWithInit, root, run } from '../../program.js'
import { programFile } from '../../program-file.js'

// What an exit tells of the descendants that it ends.

const programs = await programFile<typeof import('./exit-report.program.js')>(
  './exit-report.program.ts',
  import.meta.url,
)

const SLEEPERS = 40
const REPORT = { SEXTON_REPORT: '1' }
const STUBBORN = `sh -c 'trap "" TERM; echo; while :; do sleep 1000; done'`
const WAITING =
  /^sexton\/init: waiting for sh \(pid \d+\) and 1 more to exit; KILL follows in [01]\.\d s$/
// Longer than the silence, and short enough for a test.
const SHORT = '2000'

/** The lines of an exit, with pids of any value. */
const linesOf = (text: string) => text.trim().split('\n').map(withoutPids)
const withoutPids = (line: string) => line.replace(/^([^\d:]*)\d+ (?!process)/, '$1PID ')
const sleepersOf = (lines: readonly string[]) =>
  lines.filter((line) => line === '├─ PID sleep 1000: terminated').length

describe.each([
  ['PID 1', asPid1],
  ['a subreaper', []],
])('As %s, the exit', (_, prefix) => {
  const asInit = (env: Record<string, string>) => ({ node: nodeWithInit, prefix, env })

  it('lists forty that it has ended, and one that it has killed', async () => {
    const env = { ...REPORT, SEXTON_GRACE: SHORT, LC_ALL: 'C.UTF-8' }
    const { code, stderr } = await programs.run('leave', [SLEEPERS, true], asInit(env))
    const [waiting, heading, ...rest] = stderr.trim().split('\n')
    expect(code).toBe(3)
    expect(waiting).toMatch(WAITING)
    expect(heading).toBe(`sexton/init: ${SLEEPERS + 2} processes were left at exit:`)
    const lines = rest.map(withoutPids)
    expect(sleepersOf(lines)).toBe(SLEEPERS)
    expect(lines.slice(SLEEPERS)).toEqual([
      `└─ PID ${STUBBORN}: killed`,
      '   └─ PID sleep 1000: killed',
    ])
  })

  it('names whom it waits for after a second, unasked', async () => {
    const { stderr } = await programs.run('leave', [0, true], asInit({ SEXTON_GRACE: SHORT }))
    expect(stderr.trim()).toMatch(WAITING)
  })

  it('is silent where all end at once, unless asked', async () => {
    const { code, stderr } = await programs.run('leave', [2, false], asInit({}))
    expect([code, stderr]).toEqual([3, ''])
    const asked = await programs.run('leave', [1, false], asInit({ ...REPORT, LC_ALL: 'C' }))
    expect(linesOf(asked.stderr)).toEqual([
      'sexton/init: 1 process was left at exit:',
      '`- PID sleep 1000: terminated',
    ])
  })

  it('has nothing to report where nothing was left', async () => {
    const { stderr } = await programs.run('leave', [0, false], asInit(REPORT))
    expect(stderr).toBe('')
  })
})

describe('The report', () => {
  it.skipIf(lacksRoot())(
    'says why another user’s process still runs, as the channel does',
    async () => {
      const env = { ...REPORT, LC_ALL: 'C' }
      const { stdout, stderr } = await programs.run('leaveAsNobody', [], {
        node: nodeWithInit,
        env,
      })
      const message = JSON.parse(stdout)
      process.kill(message.pid, 'SIGKILL')
      expect(message).toEqual({
        ...{ pid: expect.any(Number), ppid: expect.any(Number), name: 'sleep' },
        ...{ command: 'sleep 1000', outcome: 'running', reason: 'EPERM' },
      })
      expect(linesOf(stderr)).toEqual([
        'sexton/init: 1 process was left at exit:',
        '`- PID sleep 1000: still runs (EPERM)',
      ])
    },
  )

  const body = `init({ report: true })
    spawn('sleep', ['1000'], { stdio: 'ignore' }).unref()`
  const requires = `const { init } = require('sexton/init')
    const { spawn } = require('node:child_process')`
  const imports = `import { init } from 'sexton/init'
    import { spawn } from 'node:child_process'`
  it.each([
    ['CommonJS', ['--eval', `${requires}\n${body}`]],
    ['an ES module', evaluating(`${imports}\n${body}`)],
  ])('is an option of init(), in %s', async (_, flags) => {
    const { stderr } = await run([process.execPath, ...flags], { env: { LC_ALL: 'C' } })
    expect(linesOf(stderr)).toEqual([
      'sexton/init: 1 process was left at exit:',
      '`- PID sleep 1000: terminated',
    ])
  })

  it('is lost on a full pipe, and the exit goes on', async () => {
    const [file, ...args] = programs.command('leave', [1, false], nodeWithInit)
    const child = spawn(file as string, args, {
      cwd: root,
      env: { ...environment, ...REPORT },
      stdio: ['ignore', 'ignore', await fullPipe()],
      timeout: patience(20_000),
    })
    expect(await once(child, 'exit')).toEqual([3, null])
  })
})

describe('A run of vitest', () => {
  const project = fileURLToPath(new URL('../../programs/fixtures/leaks', import.meta.url))
  const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', project]

  it.each([
    ['by a global setup, in threads', [process.execPath], 'threads', { LEAKS_SETUP: '1' }],
    ['by a global setup, in processes', [process.execPath], 'forks', { LEAKS_SETUP: '1' }],
    ['by variables', nodeWithInit, 'forks', REPORT],
  ])('says what its tests have left, %s', async (_, node, pool, variables) => {
    const env = { SEXTON_GRACE: '500', LC_ALL: 'C.UTF-8', ...variables }
    const { code, stderr } = await run([...node, ...vitest, '--pool', pool], { env })
    const [heading, ...lines] = linesOf(stderr)
    expect(code).toBe(0)
    // The shell may not have started its `sleep` yet.
    expect(heading).toMatch(/^sexton\/init: 4[12] processes were left at exit:$/)
    expect(sleepersOf(lines)).toBe(SLEEPERS)
    expect(lines).toContain(`└─ PID ${STUBBORN}: killed`)
  })
})

/** Opens a pipe that is full, and that nobody reads. */
async function fullPipe(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-report-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'pipe')
  await run(['mkfifo', path])
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(fd))
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096))
  } catch {} // EAGAIN: it is full
  return fd
}
