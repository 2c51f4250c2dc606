import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../compile.js'
import { asPid1, nodeWithInit, pid1, root, run } from '../program.js'
import { programFile } from '../program-file.js'
import { eventsOf, innerPid, start } from '../programs/running.js'

// A child that calls PTRACE_TRACEME stops at each signal and each exec, and waitid(2) tells of that.

const folder = mkdtempSync(join(tmpdir(), 'sexton-stops-'))
const traced = join(folder, 'traced')

beforeAll(() => compile(join(root, 'test/fixtures/traced.c'), traced, '-pthread'))
afterAll(() => rmSync(folder, { recursive: true }))

const backends = ['pidfd', 'sigchld', 'poll'] as const
/** All that a traced child can meet, and an untraced one. */
const HOWS = ['plain', 'signal', 'twice', 'exec', 'thread', 'thread-end']

const programs = await programFile<typeof import('./stops.program.js')>(
  './stops.program.ts',
  import.meta.url,
)

describe.each(backends)('A traced child, on %s,', (backend) => {
  const env = { TRACED: traced, SEXTON_BACKEND: backend }

  it('ends as if it had no tracer, among forty traced and untraced', async () => {
    const result = await programs.evaluate('spawnTraced', [], { env })
    expect(result).toEqual({ wrong: [], leaked: 0 })
  })

  it('does so in a worker too', async () => {
    const result = await programs.evaluate('spawnTracedInWorker', [], { env })
    expect(result).toEqual([])
  })

  it('is killed by the signal that has stopped it, and by SIGTRAP of its own', async () => {
    const result = await programs.evaluate('dieBySignals', [], { env })
    expect(result).toEqual(['SIGHUP', 'SIGTRAP', 'SIGABRT', 'SIGSEGV', 'SIGTERM', 'SIGRTMIN'])
  })

  it('is ended by a timeout, and not before', async () => {
    const result = await programs.evaluate('timeOut', [], { env })
    expect(result).toEqual(['SIGTERM timeout true'])
  })

  it('does not hide other orphans, and is reaped once, when it has ended', async () => {
    const result = await programs.evaluate('reapTraced', [['adopted', 'all']], { env })
    expect(result).toEqual(Array(2).fill({ wrong: [], left: 0 }))
  })

  it.each(['adopted', 'all'] as const)(
    "lets reapUntil() of scope '%s' see each end",
    async (scope) => {
      const result = await programs.evaluate('reapUntilHung', [scope], { env })
      expect(result).toBe(9)
    },
  )

  it('is left alone for the grace that a debugger in another addon may need', async () => {
    const result = await programs.evaluate('reapBesideAddon', [], { env })
    expect(result).toEqual({ wrong: [], patient: true })
  })
})

describe('sexton/init', () => {
  it('reaps traced orphans when they have ended, and counts each once', async () => {
    const result = await programs.evaluate('countByInit', [], {
      node: nodeWithInit,
      env: { TRACED: traced },
    })
    expect(result).toEqual({ reaped: 48, adopted: 48, abandoned: 0, pending: 0 })
  })

  it('ends a traced child by TERM at exit', async () => {
    const outcome = await programs.evaluate('leaveTraced', [], {
      node: nodeWithInit,
      env: { TRACED: traced },
    })
    expect(outcome).toEqual(Array(40).fill('terminated'))
  })
})

describe('pid1', () => {
  const cases = HOWS.flatMap((how) => [
    { how, where: 'as PID 1', prefix: asPid1 },
    { how, where: 'as a subreaper', prefix: [] },
  ])

  it.each(cases)('exits as its command that is traced ($how) $where', async ({ how, prefix }) => {
    const options = prefix.length === 0 ? ['-s'] : []
    const outcome = await run([...prefix, pid1, ...options, '-w', '--', traced, how, '7'])
    expect(outcome).toMatchObject({ code: 7, stderr: '' })
  })

  it('forwards signals to a traced command, and tells of job stops only', async () => {
    const running = start([...asPid1, pid1, '--status-fd', '2', '--', traced, 'wait', '7'])
    await running.printed('ready')
    process.kill(await innerPid(running), 'SIGUSR1')
    const { code, stderr } = await running.ended
    expect(code).toBe(7)
    const events = eventsOf(stderr).map(({ event }) => event)
    expect(events).toEqual(['started', 'forwarded', 'exited'])
  })

  it('tells once that a traced command stops; SIGCONT lets it go on', async () => {
    const running = start([...asPid1, pid1, '--status-fd', '2', '--', traced, 'stop', '7'])
    await running.printed('"event":"stopped"')
    process.kill(await innerPid(running), 'SIGCONT')
    const { code, stderr } = await running.ended
    expect(code).toBe(7)
    const stops = eventsOf(stderr).filter(({ event }) => event === 'stopped')
    expect(stops).toMatchObject([{ signal: 'SIGSTOP' }])
  })

  it('reaps traced orphans once, by the code with which they end', async () => {
    // Each begins when it is an orphan; `cat` ends when they all have.
    const orphan = `until [ "$(cut -d" " -f4 /proc/$$/stat)" = 1 ]; do :; done; exec ${traced} "$@"`
    const each = `for i in 11 12 13 14 15; do for how in ${HOWS.join(' ')} plain; do
        (sh -c '${orphan}' sh $how $i &); done; done`
    const outcome = await run(['sh', '-c', `{ ${each}; } | cat`], {
      prefix: [...asPid1, pid1, '-w'],
    })
    const lines = outcome.stderr
      .trim()
      .split('\n')
      .filter((line) => line.includes('(traced)'))
    expect(outcome.code).toBe(0)
    expect(lines.filter((line) => !/: exit code 1[1-5]$/.test(line))).toEqual([])
    expect(new Set(lines).size).toBe(lines.length)
    expect(lines).toHaveLength(35)
  })
})
