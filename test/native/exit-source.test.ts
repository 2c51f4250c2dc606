import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { binding } from '../../lib/system/binding.js'
import { eventually } from '../eventually.js'
import { programFile } from '../program-file.js'
import { CLD_EXITED, reap, spawnShell, untilZombie } from './raw.js'

const { EEXIST, ENOENT, EPERM } = constants.errno
const { SIGKILL } = constants.signals

const programs = await programFile<typeof import('./exit-source.program.js')>(
  './exit-source.program.ts',
  import.meta.url,
)

let batches: number[][] = []
let taken: (number[] | undefined)[] = []
let heard = () => {}
const tokens = () => batches.flat()

async function end({ pid, pidfd }: { pid: number; pidfd: number }): Promise<void> {
  binding.kill(pid, SIGKILL)
  await reap(pid)
  binding.closeFd(pidfd)
}

describe('The exit source', () => {
  beforeAll(() => {
    const room = new Float64Array(1 + binding.exitBatch)
    const records = new Float64Array(binding.exitBatch * binding.waitFields)
    const tell = () => {
      const [count = 0] = room
      batches.push([...room.subarray(1, 1 + count)])
      for (let i = 0; i < count; i += 1) {
        const [pid = 0, cause = 0, status = 0] = records.subarray(i * binding.waitFields)
        taken.push(pid === 0 ? undefined : [pid, cause, status])
      }
      heard()
    }
    expect(binding.openExitSource(tell, room, records)).toBe(0)
  })

  beforeEach(() => {
    batches = []
    taken = []
    binding.takeExits(false)
    heard = () => {}
  })

  it('gives the token of each process that ends, whatever 32 bits it is', async () => {
    const [first, second] = [spawnShell('exec sleep 1000'), spawnShell('exec sleep 1000')]
    expect(binding.watchPidfd(first.pidfd, 0, false)).toBe(0)
    expect(binding.watchPidfd(second.pidfd, 2 ** 32 - 1, false)).toBe(0)
    binding.kill(second.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([2 ** 32 - 1]))
    binding.kill(first.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([2 ** 32 - 1, 0]))
    await Promise.all([end(first), end(second)])
  })

  it('gives each of 300 that ended at once, in bounded batches', async () => {
    const children = Array.from({ length: 300 }, () => spawnShell('exit 0'))
    for (const [i, { pidfd }] of children.entries()) binding.watchPidfd(pidfd, i, false)
    // They end while this loop is blocked; then all are told of.
    for (const { pid } of children) await untilZombie(pid)
    await eventually(() => expect(tokens()).toHaveLength(300))
    expect(new Set(tokens()).size).toBe(300)
    expect(batches.length).toBeGreaterThanOrEqual(300 / binding.exitBatch)
    await Promise.all(children.map(end))
  })

  it('tells once of a zombie that is left lying, and does not spin', async () => {
    const [zombie, other] = [spawnShell('exit 0'), spawnShell('exec sleep 1000')]
    binding.watchPidfd(zombie.pidfd, 1, false)
    binding.watchPidfd(other.pidfd, 2, false)
    await eventually(() => expect(tokens()).toEqual([1]))
    binding.kill(other.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([1, 2]))
    await Promise.all([end(zombie), end(other)])
  })

  it('tells at once of a process that had ended before', async () => {
    const zombie = spawnShell('exit 0')
    await untilZombie(zombie.pid)
    binding.watchPidfd(zombie.pidfd, 3, false)
    await eventually(() => expect(tokens()).toEqual([3]))
    await end(zombie)
  })

  it('is silent about what is watched no more, even if that is dead already', async () => {
    const [silent, other] = [spawnShell('exec sleep 1000'), spawnShell('exec sleep 1000')]
    binding.watchPidfd(silent.pidfd, 4, false)
    binding.watchPidfd(other.pidfd, 5, false)
    binding.kill(silent.pid, SIGKILL)
    expect(binding.unwatchPidfd(silent.pidfd)).toBe(0)
    binding.kill(other.pid, SIGKILL)
    await eventually(() => expect(tokens()).toEqual([5]))
    await Promise.all([end(silent), end(other)])
  })

  it('says -errno to a second watch, to unwatching a stranger, and to a file', async () => {
    const child = spawnShell('exec sleep 1000')
    const file = openSync('package.json', 'r')
    expect(binding.watchPidfd(child.pidfd, 6, false)).toBe(0)
    expect(binding.watchPidfd(child.pidfd, 7, false)).toBe(-EEXIST)
    expect(binding.unwatchPidfd(child.pidfd)).toBe(0)
    expect(binding.unwatchPidfd(child.pidfd)).toBe(-ENOENT)
    expect(binding.watchPidfd(file, 8, false)).toBe(-EPERM)
    closeSync(file)
    await end(child)
  })

  it('takes the statuses of owned children alone, and only when told to', async () => {
    const [owned, late, stranger] = [spawnShell('exit 7'), spawnShell('exit 8'), spawnShell('')]
    binding.watchPidfd(late.pidfd, 9, true)
    await eventually(() => expect(tokens()).toEqual([9]))
    binding.takeExits(true)
    binding.watchPidfd(owned.pidfd, 10, true)
    binding.watchPidfd(stranger.pidfd, 11, false)
    await eventually(() => expect(new Set(tokens())).toEqual(new Set([9, 10, 11])))
    const statuses = taken.filter((status) => status !== undefined)
    expect(statuses).toEqual([[owned.pid, CLD_EXITED, 7]])
    await Promise.all([end(late), end(stranger)])
  })

  it('reports an owned child whose status somebody has taken, without one', async () => {
    const child = spawnShell('exit 7')
    await reap(child.pid)
    binding.takeExits(true)
    binding.watchPidfd(child.pidfd, 12, true)
    await eventually(() => expect(tokens()).toEqual([12]))
    expect(taken).toEqual([undefined])
    expect(binding.isOpen(child.pidfd)).toBe(true)
    binding.closeFd(child.pidfd)
  })

  it('closes the descriptor of a taken child when all have heard of it', async () => {
    const child = spawnShell('exit 7')
    binding.takeExits(true)
    const open: boolean[] = []
    heard = () => {
      open.push(binding.isOpen(child.pidfd))
      process.nextTick(() => queueMicrotask(() => open.push(binding.isOpen(child.pidfd))))
    }
    binding.watchPidfd(child.pidfd, 13, true)
    await eventually(() => expect(open).toEqual([true, true]))
    await eventually(() => expect(binding.isOpen(child.pidfd)).toBe(false))
    // Its number may be watched anew: the old watch is gone.
    const next = spawnShell('exec sleep 1000')
    expect(binding.watchPidfd(next.pidfd, 14, false)).toBe(0)
    await end(next)
  })

  it('keeps no process alive', async () => {
    expect(await programs.run('openAll', [])).toMatchObject({ code: 0, stderr: '' })
  })
})
