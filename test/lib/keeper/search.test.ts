import { beforeEach, describe, expect, it, vi } from 'vitest'

/** How often the environment of each process was read. */
const reads = new Map<number, number>()
/** Milliseconds that each read takes. */
let delay = 0
let inThisTurn = 0
let mostInOneTurn = 0

// The setup has loaded the library already.
vi.resetModules()
vi.doMock('../../../lib/system/proc.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../lib/system/proc.js')>()
  const readProcessFile = (pid: number, name: string) => {
    if (name === 'environ') reads.set(pid, (reads.get(pid) ?? 0) + 1)
    inThisTurn += 1
    mostInOneTurn = Math.max(mostInOneTurn, inThisTurn)
    for (const end = performance.now() + delay; performance.now() < end; );
    return pid === process.pid ? 'A=1\0' : original.readProcessFile(pid, name)
  }
  return { ...original, readProcessFile }
})
let now = 0
/** Milliseconds that go by whenever somebody reads the clock. */
let skip = 0
vi.doMock('../../../lib/base/time.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../lib/base/time.js')>()
  const monotonicNow = () => {
    now += skip
    return original.monotonicNow() + now
  }
  return { ...original, monotonicNow }
})
const { spawn } = await import('../../../lib/spawn/spawn.js')
const { killMarked } = await import('../../../lib/keeper/search.js')
const { newMark } = await import('../../../lib/keeper/mark.js')

const nobody = () => false

describe('The search for the processes of a job', () => {
  beforeEach(() => reads.clear())

  it('reads no environment twice, unless there was none', async () => {
    expect(await killMarked(newMark(), nobody)).toEqual({ killed: [], left: [] })
    expect(reads.get(process.pid)).toBe(1)
  })

  it('looks again when the first look took all the time', async () => {
    const mark = newMark()
    const { pid, exited } = spawn('sleep', ['1000'], { env: { SEXTON_JOB: mark.id } })
    skip = 10_000
    const { killed, left } = await killMarked(mark, nobody)
    skip = 0
    expect(killed).toMatchObject([{ pid, name: 'sleep' }])
    expect(left).toEqual([])
    expect(await exited).toMatchObject({ signal: 'SIGKILL' })
  })

  it('lets the event loop go on', async () => {
    const others = Array.from({ length: 30 }, () => spawn('sleep', ['1000']))
    let isOver = false
    const turn = () => {
      inThisTurn = 0
      if (!isOver) setImmediate(turn)
    }
    turn()
    delay = 1 // a part of a search takes five
    mostInOneTurn = 0
    await killMarked(newMark(), nobody)
    isOver = true
    for (const each of others) await each[Symbol.asyncDispose]()
    expect(mostInOneTurn).toBeLessThanOrEqual(10)
  })
})
