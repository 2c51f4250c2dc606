import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { binding, P_ALL, P_PID, P_PIDFD } from '../../lib/system/binding.js'
import { compile } from '../compile.js'
import { eventually } from '../eventually.js'
import { root } from '../program.js'
import {
  CLD_EXITED,
  reap,
  recordsOf,
  spawnRaw,
  spawnShell,
  untilZombie,
  type WaitRecord,
  wait,
} from './raw.js'

const CLD_TRAPPED = 4
const SIGUSR1 = 10
const LAVISH = Int32Array.of(1000, 2 ** 31 - 1, 0)

const folder = mkdtempSync(join(tmpdir(), 'sexton-tracee-'))
const traced = join(folder, 'traced')

beforeAll(() => compile(join(root, 'test/fixtures/traced.c'), traced, '-pthread'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A child that has stopped for this thread as its tracer. */
async function stopped(code: number) {
  const child = spawnRaw([traced, 'signal', String(code)])
  await eventually(() =>
    expect(wait(P_PID, child.pid, binding.peek)).toMatchObject({ cause: CLD_TRAPPED }),
  )
  return child
}

describe('a stop of a traced child', () => {
  it('is told of by its signal, and left by every wait for this child', async () => {
    const { pid, pidfd } = await stopped(7)
    const stop = { pid, cause: CLD_TRAPPED, status: SIGUSR1 }
    for (const flags of [binding.peek, 0, 0, binding.peek]) {
      expect(wait(P_PID, pid, flags)).toMatchObject(stop)
      expect(wait(P_PIDFD, pidfd, flags)).toMatchObject(stop)
    }
    expect(wait(P_ALL, 0, binding.peek)).toMatchObject(stop)
    expect(binding.letGo(pid)).toBe(1)
    await untilZombie(pid)
    expect(binding.letGo(pid)).toBe(0)
    expect(wait(P_PID, pid)).toMatchObject({ pid, cause: CLD_EXITED, status: 7 })
    binding.closeFd(pidfd)
  })

  it('by P_ALL is told of once, and the child goes on', async () => {
    const { pid, pidfd } = await stopped(8)
    expect(wait(P_ALL, 0)).toMatchObject({ pid, cause: CLD_TRAPPED })
    expect(await reap(pid)).toMatchObject({ cause: CLD_EXITED, status: 8 })
    binding.closeFd(pidfd)
  })

  it('does not hide the dead from discard, which lets it go on', async () => {
    const { pid, pidfd } = await stopped(9)
    const dead = spawnShell('exit 3', { pidfd: false })
    await untilZombie(dead.pid)
    const records = new Float64Array(3 * binding.waitFields)
    // The child that goes on may end in time to be found once more, dead.
    const count = binding.discard(Float64Array.of(pid, dead.pid), LAVISH, records)
    const told = recordsOf(records, 2).filter((record) => record.pid !== 0)
    expect(count).toBe(1 + told.length)
    expect(told).toContainEqual(
      expect.objectContaining({ pid: dead.pid, cause: CLD_EXITED, status: 3 }),
    )
    // Being older, it is then found before the other.
    const end = told.find((record) => record.pid === pid) ?? (await reap(pid))
    expect(end).toMatchObject({ pid, cause: CLD_EXITED, status: 9 })
    binding.closeFd(pidfd)
  })

  it('is no end to discardEach, which lets it go on', async () => {
    const { pid, pidfd } = await stopped(9)
    const pids = Float64Array.of(pid)
    expect(binding.discardEach(new Float64Array(), LAVISH, pids, 0)).toBe(1)
    expect([...pids]).toEqual([pid])
    expect(await reap(pid)).toMatchObject({ status: 9 })
    binding.closeFd(pidfd)
  })

  it('is none of job control, and takeStop lets the child go on', async () => {
    const { pid, pidfd } = await stopped(9)
    expect(binding.takeStop(pid)).toBe(0)
    expect(await reap(pid)).toMatchObject({ status: 9 })
    binding.closeFd(pidfd)
  })
})

describe('the end of a traced thread', () => {
  it('is not an exit, and delays its process’s end until it is taken', async () => {
    const { pid, pidfd } = spawnRaw([traced, 'thread-end', '7'])
    let seen: WaitRecord | number = 0
    await eventually(() => {
      seen = wait(P_ALL, 0, binding.peek)
      expect(seen).toMatchObject({ cause: 0 })
    })
    const thread = (seen as unknown as WaitRecord).pid
    expect(thread).not.toBe(pid)
    expect(wait(P_PID, pid)).toBe(0)
    expect(binding.letGo(thread)).toBe(1)
    expect(await reap(pid)).toMatchObject({ cause: CLD_EXITED, status: 7 })
    binding.closeFd(pidfd)
  })
})

describe('letGo', () => {
  it('has nothing to do for a child that lives, and knows who is no child', async () => {
    const { pid, pidfd } = spawnShell('exec sleep 1000')
    expect(binding.letGo(pid)).toBe(0)
    binding.kill(pid, 9)
    await reap(pid)
    expect(binding.letGo(pid)).toBeLessThan(0)
    binding.closeFd(pidfd)
  })
})
