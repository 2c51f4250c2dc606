import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { binding } from '../../lib/system/binding.js'
import { eventually } from '../eventually.js'
import { programFile } from '../program-file.js'
import { reap, spawnShell, untilZombie } from './raw.js'

const { EEXIST, ENOENT, EPERM } = constants.errno
const { SIGKILL } = constants.signals

const programs = await programFile<typeof import('./exit-source.program.js')>(
  './exit-source.program.ts',
  import.meta.url,
)

let batches: number[][] = []
const tokens = () => batches.flat()

async function end({ pid, pidfd }: { pid: number; pidfd: number }): Promise<void> {
  binding.kill(pid, SIGKILL)
  await reap(pid)
  binding.closeFd(pidfd)
}

describe('The exit source', () => {
  beforeAll(() => {
    const room = new Float64Array(binding.exitBatch)
    const drain = () => batches.push([...room.subarray(0, binding.drainExits(room))])
    expect(binding.openExitSource(drain)).toBe(0)
  })

  beforeEach(() => {
    batches = []
  })

  it('gives the token of each process that ends, whatever 32 bits it is', async () => {
    const [first, second] = [spawnShell('exec sleep 1000'), spawnShell('exec sleep 1000')]
    expect(binding.watchPidfd(first.pidfd, 0)).toBe(0)
    expect(binding.watchPidfd(second.pidfd, 2 ** 32 - 1)).toBe(0)
    binding.kill(second.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([2 ** 32 - 1]))
    binding.kill(first.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([2 ** 32 - 1, 0]))
    await Promise.all([end(first), end(second)])
  })

  it('gives each of 300 that ended at once, in bounded batches', async () => {
    const children = Array.from({ length: 300 }, () => spawnShell('exit 0'))
    for (const [i, { pidfd }] of children.entries()) binding.watchPidfd(pidfd, i)
    // They end while this loop is blocked; then all are told of.
    for (const { pid } of children) await untilZombie(pid)
    await eventually(() => expect(tokens()).toHaveLength(300))
    expect(new Set(tokens()).size).toBe(300)
    expect(batches.length).toBeGreaterThanOrEqual(300 / binding.exitBatch)
    await Promise.all(children.map(end))
  })

  it('tells once of a zombie that is left lying, and does not spin', async () => {
    const [zombie, other] = [spawnShell('exit 0'), spawnShell('exec sleep 1000')]
    binding.watchPidfd(zombie.pidfd, 1)
    binding.watchPidfd(other.pidfd, 2)
    await eventually(() => expect(tokens()).toEqual([1]))
    binding.kill(other.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([1, 2]))
    await Promise.all([end(zombie), end(other)])
  })

  it('tells at once of a process that had ended before', async () => {
    const zombie = spawnShell('exit 0')
    await untilZombie(zombie.pid)
    binding.watchPidfd(zombie.pidfd, 3)
    await eventually(() => expect(tokens()).toEqual([3]))
    await end(zombie)
  })

  it('is silent about what is watched no more, even if that is dead already', async () => {
    const [silent, other] = [spawnShell('exec sleep 1000'), spawnShell('exec sleep 1000')]
    binding.watchPidfd(silent.pidfd, 4)
    binding.watchPidfd(other.pidfd, 5)
    binding.kill(silent.pid, SIGKILL)
    expect(binding.unwatchPidfd(silent.pidfd)).toBe(0)
    binding.kill(other.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([5]))
    await Promise.all([end(silent), end(other)])
  })

  it('says -errno to a second watch, to unwatching a stranger, and to a file', async () => {
    const child = spawnShell('exec sleep 1000')
    const file = openSync('package.json', 'r')
    expect(binding.watchPidfd(child.pidfd, 6)).toBe(0)
    expect(binding.watchPidfd(child.pidfd, 7)).toBe(-EEXIST)
    expect(binding.unwatchPidfd(child.pidfd)).toBe(0)
    expect(binding.unwatchPidfd(child.pidfd)).toBe(-ENOENT)
    expect(binding.watchPidfd(file, 8)).toBe(-EPERM)
    closeSync(file)
    await end(child)
  })

  it('keeps no process alive', async () => {
    expect(await programs.run('openAll', [])).toMatchObject({ code: 0, stderr: '' })
  })
})
