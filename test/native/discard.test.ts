import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { binding } from '../../lib/system/binding.js'
import { CLD_EXITED, reap, recordsOf, spawnShell, untilZombie } from './raw.js'

const { SIGKILL } = constants.signals

const LAVISH = Int32Array.of(1000, 2 ** 31 - 1, 0)
const start = (script: string) => spawnShell(script, { pidfd: false }).pid

/** Children that are dead, in their order; they end with 1, 2, 3 … */
async function dead(count: number): Promise<number[]> {
  const pids = Array.from({ length: count }, (_, i) => start(`exit ${i + 1}`))
  for (const pid of pids) await untilZombie(pid)
  return pids
}

function discard(claims: readonly number[], limits = LAVISH) {
  const records = new Float64Array((claims.length + 1) * binding.waitFields).fill(-1)
  const count = binding.discard(Float64Array.from(claims), limits, records)
  const kept = recordsOf(records, claims.length + 1)
  const end = kept.findIndex(({ pid }) => pid === 0)
  return { count, kept: kept.slice(0, end) }
}

describe('discard', () => {
  it('reaps all, and tells only what the claimed ones left', async () => {
    const [first, , third, fourth] = (await dead(5)) as [number, number, number, number]
    const { count, kept } = discard([fourth, first])
    expect(count).toBe(5)
    expect(kept).toMatchObject([
      { pid: first, cause: CLD_EXITED, status: 1 },
      { pid: fourth, cause: CLD_EXITED, status: 4 },
    ])
    expect(() => process.kill(third, 0)).toThrow('ESRCH')
    expect(discard([first])).toEqual({ count: 0, kept: [] })
  })

  it('leaves who lives, and says that it is done', async () => {
    const living = start('exec sleep 1000')
    await dead(2)
    expect(discard([living])).toEqual({ count: 2, kept: [] })
    binding.kill(living, SIGKILL)
    await reap(living)
  })

  it('stops at its limits, and says how many it has reaped', async () => {
    const pids = await dead(5)
    expect(discard(pids, Int32Array.of(3, 2 ** 31 - 1, 0))).toMatchObject({ count: -4 })
    expect(discard(pids, Int32Array.of(1000, -1, 0))).toEqual({ count: -1, kept: [] })
    expect(discard(pids).kept).toHaveLength(2)
  })
})

describe('discardEach', () => {
  const each = (claims: readonly number[], pids: Float64Array, from = 0, limits = LAVISH) =>
    binding.discardEach(Float64Array.from(claims), limits, pids, from)

  it('reaps those it is told of, not the claimed, the living and the rest', async () => {
    const [first, second, third, fourth] = (await dead(4)) as [number, number, number, number]
    const living = start('exec sleep 1000')
    const pids = Float64Array.of(first, 0, second, living, third, process.pid)
    expect(each([second], pids, 1)).toBe(6)
    expect([...pids]).toEqual([first, 0, second, living, 0, 0])
    const { count, kept } = discard([first, second, third, fourth])
    expect({ count, pids: kept.map(({ pid }) => pid) }).toEqual({
      count: 3,
      pids: [first, second, fourth],
    })
    binding.kill(living, SIGKILL)
    await reap(living)
  })

  it('stops at its limits, and says where to go on', async () => {
    const pids = Float64Array.from(await dead(5))
    expect(each([], pids, 0, Int32Array.of(2, 2 ** 31 - 1, 0))).toBe(2)
    expect(each([], pids, 2, Int32Array.of(1000, -1, 0))).toBe(2)
    expect(each([], pids, 2)).toBe(5)
    expect([...pids]).toEqual([0, 0, 0, 0, 0])
  })
})
