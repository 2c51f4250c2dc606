import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { KeeperEvent } from '../../../lib/keeper/events.js'
import { keeperExecutable } from '../../../lib/keeper/executable.js'
import type { Keeper } from '../../../lib/keeper/keeper.js'
import { readStat } from '../../../lib/system/proc.js'
import type { ProcessStat } from '../../../lib/system/proc-formats.js'
import { eventually } from '../../eventually.js'
import { refuses } from '../../needs.js'
import { escapes, groupsWithoutFiles, type JobOptions, startJob } from './jobs.js'

const INSIDE: JobOptions = { isolation: 'pid-namespace', grace: 100 }

const isRefused = refuses('PID namespaces', () =>
  execFileSync('unshare', ['--fork', '--pid', '--mount-proc', 'true'], { stdio: 'ignore' }),
)

/** Waits until the job has this many processes of a name, and gives them. */
async function named(keeper: Keeper, name: string, count: number): Promise<ProcessStat[]> {
  const list = () => keeper.processes().filter((each) => each.name === name)
  await keeper.started
  await eventually(() => expect(list().length).toBe(count))
  return list()
}

const isGone = ({ pid, startTime }: ProcessStat) => readStat(pid)?.startTime !== startTime

const reaped = (events: readonly KeeperEvent[]) =>
  events.flatMap((event) => (event.kind === 'reaped' ? [event.status] : []))

/** A stubborn process, a daemon whose environment is empty, and the command. */
const LASTING =
  '(trap "" TERM; env -i setsid sleep 1000 &); env -i sleep 1000 & exec env -i sleep 1000'

describe.skipIf(isRefused)('A keeper of a PID namespace', () => {
  it('ends its init where the command cannot join its groups', async () => {
    const { keeper } = startJob(['true'], { ...INSIDE, groups: groupsWithoutFiles() })
    await expect(keeper.exited).rejects.toMatchObject({ syscall: 'join a cgroup' })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })

  it('reports the orphans by the pids of this process', async () => {
    const { keeper, events } = startJob(['sh', '-c', `${LASTING}`], INSIDE)
    const sleeps = await named(keeper, 'sleep', 3)
    const command = await keeper.started
    expect(sleeps.map(({ pid }) => pid)).toContain(command)
    const orphan = sleeps.find(({ ppid }) => ppid !== command && ppid !== keeper.pid)
    process.kill(orphan?.pid as number, 'SIGUSR2')
    await eventually(() =>
      expect(reaped(events)).toMatchObject([{ pid: orphan?.pid, signal: 'SIGUSR2' }]),
    )
    keeper.end(77)
    expect(await keeper.exited).toMatchObject({ pid: command, signal: 'SIGTERM' })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(sleeps.filter((each) => !isGone(each))).toEqual([])
  })

  it('kills what ignores TERM', async () => {
    const { keeper, events } = startJob(['sh', '-c', LASTING], INSIDE)
    const sleeps = await named(keeper, 'sleep', 3)
    keeper.end(77)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    const killed = events.flatMap((event) => (event.kind === 'killed' ? [event.process.name] : []))
    expect(killed).toEqual(['sleep'])
    expect(sleeps.filter((each) => !isGone(each))).toEqual([])
  })

  it('waits for orphans', async () => {
    const script = '(sleep 0.2; exit 5) & (sleep 0.1 &) ; exit 3'
    const { keeper, events } = startJob(['sh', '-c', script], { ...INSIDE, leftovers: 'wait' })
    expect(await keeper.exited).toMatchObject({ code: 3 })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(reaped(events).map(({ code }) => code)).toContain(5)
  })

  it('that is killed ends all of it', async () => {
    const { keeper } = startJob(['sh', '-c', LASTING], INSIDE)
    const sleeps = await named(keeper, 'sleep', 3)
    process.kill(keeper.pid, 'SIGKILL')
    await expect(keeper.exited).rejects.toMatchObject({ code: 'ERR_SYSTEM' })
    await eventually(() => expect(sleeps.filter((each) => !isGone(each))).toEqual([]))
    expect(await keeper.ended).toMatchObject({ kept: 0, left: 0, error: { code: 'ERR_SYSTEM' } })
  })

  it('ends the job if its init is killed', async () => {
    const { keeper } = startJob(['sh', '-c', LASTING], INSIDE)
    const sleeps = await named(keeper, 'sleep', 3)
    const init = initOf(keeper)
    process.kill(init, 'SIGKILL')
    expect(await keeper.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(sleeps.filter((each) => !isGone(each))).toEqual([])
  })

  it('ends processes that try to escape', async () => {
    const { keeper } = startJob(['python3', escapes, 'all', 'stay'], INSIDE)
    await keeper.started
    await eventually(() => expect(keeper.processes().length).toBeGreaterThan(17), 15_000)
    keeper.end(77)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })

  it('and its init stand by in little memory, and never wake up', async () => {
    const { keeper } = startJob(['sleep', '1000'], INSIDE)
    await keeper.started
    const both = [keeper.pid, initOf(keeper)]
    await eventually(() => expect(both.map((pid) => readStat(pid)?.state)).toEqual(['S', 'S']))
    const before = both.map(switchesOf)
    const sizes = both.map(sizeOf)
    const most = hasMusl() ? 100 : 800
    for (const size of sizes) expect(size).toBeLessThanOrEqual(most)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(both.map(switchesOf)).toEqual(before)
    keeper.end(77)
    await keeper.ended
  })
})

const children = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)

function initOf({ pid }: Keeper): number {
  return children(pid).find((each) => readStat(each)?.name === 'sexton-init') as number
}

/** Whether the keeper was linked with musl. With another C library it is larger. */
const hasMusl = () => statSync(keeperExecutable().path).size <= 100_000

const sizeOf = (pid: number) =>
  Number(/^Rss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1])

const switchesOf = (pid: number) =>
  readFileSync(`/proc/${pid}/status`, 'utf8').match(/^\w*voluntary_ctxt_switches:.*$/gm)?.[0]
