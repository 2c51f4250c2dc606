import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { lacksRoot } from '../../needs.js'
import { patience } from '../../pace.mjs'
import { asPid1, environment, nodeWithInit, root } from '../../program.js'
import { programFile } from '../../program-file.js'

// What becomes of the descendants when the process exits.

const programs = await programFile<typeof import('./leftovers.program.js')>(
  './leftovers.program.ts',
  import.meta.url,
)

const where: [string, readonly string[]][] = [
  ['PID 1', asPid1],
  ['subreaper', []],
]

describe.each(where)('At exit, as %s,', (_, prefix) => {
  const asInit = { node: nodeWithInit, prefix }
  const granting = (grace: string) => ({ ...asInit, env: { SEXTON_GRACE: grace } })

  it('descendants of every kind are asked to end', async () => {
    const { code, stdout } = await programs.run('leaveAllKinds', [], asInit)
    const lines = stdout.trim().split('\n')
    expect(code).toBe(3)
    // Some may not have become `sleep` yet.
    expect(lines.map((line) => line.replace(/^sh/, 'sleep'))).toEqual(
      new Array(4).fill('sleep terminated'),
    )
  })

  it('who does not heed that is killed when the grace is over', async () => {
    const start = performance.now()
    const { code, stdout } = await programs.run('leaveStubborn', [4], granting('300'))
    expect(performance.now() - start).toBeGreaterThan(300)
    expect(stdout.trim().split('\n').sort()).toEqual(['sh killed', 'sleep killed'])
    expect(code).toBe(4)
  })

  it('ends the wait as soon as all have ended', async () => {
    const start = performance.now()
    await programs.run('leaveSleeper', [], granting('15000'))
    expect(performance.now() - start).toBeLessThan(patience(10_000))
  })

  it('no grace at all kills them at once', async () => {
    const { stdout } = await programs.run('leaveStubbornWithSleeper', [], granting('0'))
    expect(stdout.trim().split('\n').sort()).toEqual(['sh killed', 'sleep killed'])
  })

  it('one that stands still is set going, so that it can end in good order', async () => {
    const { stdout } = await programs.run('leaveStopped', [], asInit)
    expect(stdout).toContain('sh terminated')
  })

  it('an end that is natural, thrown, or by process.exit() is one', async () => {
    const ends = ['itself', 'error', 'exit'] as const
    const outcomes = await Promise.all(ends.map((end) => programs.run('endBy', [end], asInit)))
    expect(outcomes.map(({ code }) => code)).toEqual([0, 1, 3])
    for (const { stdout } of outcomes) expect(stdout).toBe('sleep terminated\n')
  })

  it('hundreds of them are ended', async () => {
    const { stdout } = await programs.run('leaveHundreds', [], asInit)
    const told = JSON.parse(stdout)
    expect([300, 301]).toContain(told.length) // the shell may still be there
    expect(new Set(told)).toEqual(new Set(['terminated']))
  })

  it('what is born while it happens is ended, too', async () => {
    const { stdout } = await programs.run('leaveBearer', [], granting('300'))
    expect(stdout).toMatch(/^(sh|sleep) killed$/m) // it may not have become `sleep` yet
  })
})

describe('The time of grace at exit', () => {
  /** A program in its time of grace, which a stubborn child would use up. */
  async function lingering(grace: number, use: (pid: number) => Promise<void>) {
    const [file, ...args] = programs.command('leaveStubborn', [6], nodeWithInit)
    const child = spawn(file as string, args, {
      cwd: root,
      env: { ...environment, SEXTON_GRACE: String(grace) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    child.stdout.on('data', (data) => {
      stdout += data
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    // It listens to this one once it waits.
    await eventually(() => expect(catches(child.pid as number, 'SIGQUIT')).toBe(true))
    await use(child.pid as number)
    return [await ended, stdout.trim().split('\n').sort()]
  }
  const killed = [6, ['sh killed', 'sleep killed']]

  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const)('is ended by %s', async (signal) => {
    // Later than what may belong to the request that brought the end about.
    const outcome = await lingering(600_000, async (pid) => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      process.kill(pid, signal)
    })
    expect(outcome).toEqual(killed)
  })

  it('ends by a second signal at once, not by the first one’s echo', async () => {
    const start = performance.now()
    const outcome = await lingering(1500, async (pid) => process.kill(pid, 'SIGINT') && undefined)
    expect(outcome).toEqual(killed)
    expect(performance.now() - start).toBeGreaterThan(1500)
    const twice = await lingering(600_000, async (pid) => {
      process.kill(pid, 'SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 200))
      process.kill(pid, 'SIGINT')
    })
    expect(twice).toEqual(killed)
  })
})

it('What ends for want of descriptors ends its descendants, too', async () => {
  const prefix = ['sh', '-c', 'ulimit -n 100; exec "$@"', 'sh']
  const { code, stdout } = await programs.run('useUpDescriptors', [], {
    node: nodeWithInit,
    prefix,
  })
  const [pid, ...told] = stdout.trim().split('\n')
  expect([code, told]).toEqual([1, ['sleep terminated']])
  expect(readStat(Number(pid))?.state ?? 'Z').toBe('Z') // its new parent may not have reaped it yet
})

it('Only descendants are ended: not siblings, nor the parent', async () => {
  const sibling = spawn('sleep', ['1000'], { stdio: 'ignore' })
  await programs.run('leaveSleeper', [], { node: nodeWithInit })
  expect(readStat(sibling.pid as number)?.state).toBe('S')
  sibling.kill()
  await new Promise((resolve) => sibling.on('exit', resolve))
})

it.skipIf(lacksRoot())(
  'names another user’s, leaves it running, and does not wait for it',
  async () => {
    const { code, stdout } = await programs.run('becomeNobody', [], {
      node: nodeWithInit,
      env: { SEXTON_GRACE: '100000' },
    })
    const [pid, ...told] = stdout.trim().split('\n')
    process.kill(Number(pid), 'SIGKILL')
    expect(code).toBe(3)
    expect(told).toEqual(['sleep running'])
  },
)

/** Whether the process has a handler for it. */
function catches(pid: number, signal: NodeJS.Signals): boolean {
  const caught = /^SigCgt:\t(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return ((BigInt(`0x${caught}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n
}
