import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { REASONS } from '../../../lib/keeper/events.js'
import { keeperExecutable } from '../../../lib/keeper/executable.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { startJob } from './jobs.js'

const { SIGINT, SIGKILL, SIGSTOP, SIGTERM } = constants.signals

const kinds = (events: readonly { kind: string }[]) => events.map(({ kind }) => kind)

describe('A keeper', () => {
  it('reports the start, the exit and the end of a command', async () => {
    const { keeper, events } = startJob(['sh', '-c', 'exit 3'])
    expect(await keeper.started).toBeGreaterThan(1)
    const status = await keeper.exited
    expect(status).toMatchObject({ pid: await keeper.started, code: 3, signal: null })
    expect(status.usage?.maxRSS).toBeGreaterThan(0)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(events).toEqual([])
  })

  it('tells the step of a start that failed', async () => {
    const { keeper } = startJob(['/no/such/file'])
    const failure = { code: 'ERR_SPAWN_FAILED', syscall: 'execve', path: '/no/such/file' }
    await expect(keeper.started).rejects.toMatchObject(failure)
    await expect(keeper.exited).rejects.toMatchObject(failure)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })

  it('ends what outlives the command', async () => {
    const { keeper, events } = startJob(['sh', '-c', 'sleep 1000 & sleep 1000 & exit 0'])
    expect(await keeper.exited).toMatchObject({ code: 0 })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(events).toContainEqual({ kind: 'ending', reason: REASONS.exit })
    expect(kinds(events).sort()).toEqual(['asked', 'asked', 'ending', 'reaped', 'reaped'])
  })

  it('waits for what outlives the command', async () => {
    const command = ['sh', '-c', 'sleep 0.2 & exit 0'] as const
    const { keeper, events } = startJob([...command], { leftovers: 'wait' })
    await keeper.exited
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(events).toMatchObject([{ kind: 'reaped', status: { code: 0 } }])
  })

  it('ends the job when its time is over', async () => {
    const { keeper, events } = startJob(['sleep', '1000'], { timeout: 50 })
    expect(await keeper.exited).toMatchObject({ signal: 'SIGTERM' })
    await keeper.ended
    expect(events).toContainEqual({ kind: 'ending', reason: REASONS.timeout })
  })

  it('ends the job for a reason, and kills what ignores that', async () => {
    const command = ['sh', '-c', 'trap "" TERM; sleep 1000; sleep 1001'] as const
    const { keeper, events } = startJob([...command], { grace: 50 })
    await keeper.started
    await eventually(() => expect(keeper.processes().length).toBe(2))
    keeper.end(77)
    expect(await keeper.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(events).toContainEqual({ kind: 'ending', reason: 77 })
    expect(kinds(events)).toContain('killed')
  })

  it('ends the job by another signal than that of its settings', async () => {
    const { keeper } = startJob(['sleep', '1000'])
    await keeper.started
    keeper.end(77, SIGINT)
    expect(await keeper.exited).toMatchObject({ signal: 'SIGINT' })
    await keeper.ended
  })

  it('kills before the grace is over when it is asked to', async () => {
    const command = ['sh', '-c', 'trap "" TERM; sleep 1000 & wait'] as const
    const { keeper, events } = startJob([...command], { grace: Number.POSITIVE_INFINITY })
    await keeper.started
    await eventually(() => expect(keeper.processes().length).toBe(2))
    keeper.end(77)
    await eventually(() => expect(kinds(events)).toContain('asked'))
    keeper.end(78, SIGTERM)
    expect(kinds(events)).not.toContain('killed')
    keeper.end(79, SIGKILL)
    expect(await keeper.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(events.filter(({ kind }) => kind === 'ending')).toEqual([{ kind: 'ending', reason: 77 }])
  })

  it('names the parent of each process that it ends', async () => {
    const { keeper, events } = startJob(['sh', '-c', '(sleep 1000 & wait) & exit 0'])
    await keeper.ended
    const asked = events.flatMap((event) => (event.kind === 'asked' ? [event.process] : []))
    expect(asked[0]).toMatchObject({ ppid: keeper.pid })
    for (const { ppid } of asked.slice(1)) expect(ppid).toBe(asked[0]?.pid)
  })

  it('sends signals to the command', async () => {
    const { keeper } = startJob(['sleep', '1000'])
    await keeper.started
    keeper.signal(constants.signals.SIGUSR1)
    expect(await keeper.exited).toMatchObject({ signal: 'SIGUSR1' })
    await keeper.ended
  })

  it('starts its ending by SIGTERM', async () => {
    const { keeper, events } = startJob(['sleep', '1000'])
    await keeper.started
    process.kill(keeper.pid, SIGTERM)
    expect(await keeper.exited).toMatchObject({ signal: 'SIGTERM' })
    await keeper.ended
    expect(events).toContainEqual({ kind: 'ending', reason: REASONS.signal })
  })

  it('is continued when the job stops it', async () => {
    const { keeper } = startJob(['sh', '-c', 'kill -STOP $PPID'])
    expect(await keeper.exited).toMatchObject({ code: 0 })
    await keeper.ended
  })

  it('is continued when it does not answer', async () => {
    const { keeper } = startJob(['sleep', '1000'])
    await keeper.started
    process.kill(keeper.pid, SIGSTOP)
    keeper.end(77)
    expect(await keeper.exited).toMatchObject({ signal: 'SIGTERM' })
    await keeper.ended
  })

  it('holds none of the command’s descriptors, and no directory', async () => {
    const { keeper } = await standingBy()
    const numbers = readdirSync(`/proc/${keeper.pid}/fd`).map(Number)
    expect(numbers.filter((fd) => fd < 5).sort()).toEqual([0, 1, 2, 3, 4])
    // And /proc, signals, and the command's pidfd.
    expect(numbers.length).toBe(8)
    expect(readlinkSync(`/proc/${keeper.pid}/cwd`)).toBe('/')
    keeper.end(77)
    await keeper.ended
  })

  it('stands by in little memory, and never wakes up', async () => {
    const { keeper } = await standingBy()
    const before = switchesOf(keeper.pid)
    const rollup = readFileSync(`/proc/${keeper.pid}/smaps_rollup`, 'utf8')
    const [, rss] = /^Rss: +(\d+) kB$/m.exec(rollup) ?? []
    expect(Number(rss)).toBeLessThanOrEqual(lacksMusl() ? 800 : 100)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(switchesOf(keeper.pid)).toBe(before)
    keeper.end(77)
    await keeper.ended
  })
})

async function standingBy() {
  const job = startJob(['sleep', '1000'])
  await job.keeper.started
  const { pid } = job.keeper
  await eventually(() => expect(readStat(pid)).toMatchObject({ processGroup: pid, state: 'S' }))
  return job
}

const switchesOf = (pid: number) =>
  readFileSync(`/proc/${pid}/status`, 'utf8').match(/^\w*voluntary_ctxt_switches:.*$/gm)?.[0]

/** Whether the keeper was linked with another C library, which is larger. */
function lacksMusl(): boolean {
  const { path } = keeperExecutable()
  return statSync(path).size > 100_000
}
