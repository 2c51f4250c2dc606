import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../eventually.js'
import { cgroupFolder, lacksRoot } from '../../needs.js'
import { escapes, startJob } from './jobs.js'

const mount = cgroupFolder()

let groups = 0

function makeCgroup(): string {
  groups += 1
  const path = join(mount ?? '', `sexton-keeper-${process.pid}-${groups}`)
  mkdirSync(path)
  onTestFinished(() => eventually(() => rmdirSync(path)))
  return path
}

const processesOf = (cgroup: string) =>
  readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)

const ESCAPES = ['daemon', 'ignore', 'stop_itself', 'empty_environment', 'subreaper', 'respawn']

describe.skipIf(lacksRoot() || mount === undefined)('A job in a cgroup', () => {
  it('is ended as a whole', async () => {
    const cgroup = makeCgroup()
    const command = ['python3', escapes, ...ESCAPES, 'stay'] as const
    const { keeper } = startJob([...command], { cgroup, isolation: 'cgroup', grace: 100 })
    await eventually(() => expect(processesOf(cgroup).length).toBeGreaterThan(ESCAPES.length))
    keeper.end(77)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(processesOf(cgroup)).toEqual([])
  })

  it('ends by the kill signal, and is not left frozen', async () => {
    const cgroup = makeCgroup()
    const { keeper, events } = startJob(['sleep', '1000'], { cgroup, isolation: 'cgroup' })
    await keeper.started
    keeper.end(77)
    expect(await keeper.exited).toMatchObject({ signal: 'SIGTERM' })
    await keeper.ended
    expect(events.map(({ kind }) => kind)).toEqual(['ending', 'asked'])
  })

  it('ends although its keeper was killed, without any environment', async () => {
    const cgroup = makeCgroup()
    const command = ['python3', escapes, 'empty_environment', 'stay'] as const
    const { keeper } = startJob([...command], { cgroup, isolation: 'cgroup' })
    await eventually(() => expect(processesOf(cgroup).length).toBeGreaterThan(1))
    process.kill(keeper.pid, constants.signals.SIGKILL)
    expect(await keeper.ended).toMatchObject({ left: 0, error: { code: 'ERR_SYSTEM' } })
    expect(processesOf(cgroup)).toEqual([])
  })

  it('is refused in what is no cgroup', () => {
    const start = () => startJob(['true'], { cgroup: '/tmp', isolation: 'cgroup' })
    expect(start).toThrow(expect.objectContaining({ code: 'ERR_SPAWN_FAILED', path: '/tmp' }))
  })
})
