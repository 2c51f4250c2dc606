import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Left } from '../../../lib/reaping/reaper.js'

// When the strategy looks again, in a simulated world: on a real machine the lengths of walks are chance.

const world = vi.hoisted(() => ({ now: 1e6, left: 'none' as Left }))

vi.mock('../../../lib/base/time.js', async (original) => ({
  ...(await original<object>()),
  monotonicNow: () => world.now,
}))
vi.mock('../../../lib/system/proc.js', () => ({ readTaskChildren: () => [1, 2, 3] }))
vi.mock('../../../lib/reaping/reaper.js', () => ({
  mayDiscard: () => true,
  discardAny: () => world.left,
  discardEach: (pids: Float64Array) => pids.length,
}))

// The setup of all tests has loaded the real modules.
vi.resetModules()
const { All } = await import('../../../lib/reaping/all.js')

/** Looks twice within a millisecond, and once after the rest: gives that rest. */
function restOf(all: InstanceType<typeof All>) {
  all.reap()
  world.now += 0.5
  const next = all.reap()
  world.now += Number(next.again) + 1
  return next
}

describe('The strategy for all children', () => {
  beforeEach(() => {
    world.now += 1000
    world.left = 'none'
  })

  it('waits for a signal after a death alone', () => {
    expect(new All().reap()).toEqual({ again: 'on-signal', quietFor: 0 })
  })

  it('rests longer and longer while deaths follow each other closely', () => {
    const all = new All()
    const begun = world.now
    while (world.now < begun + 20) restOf(all)
    const rests = Array.from({ length: 5 }, () => restOf(all))
    expect(rests).toEqual([1, 2, 4, 5, 5].map((rest) => ({ again: rest, quietFor: rest })))
  })

  it('rests shortly while a storm may be a small one', () => {
    const all = new All()
    const rests = Array.from({ length: 6 }, () => restOf(all))
    expect(rests).toEqual(Array(6).fill({ again: 1, quietFor: 1 }))
  })

  it('rests longer and longer while walks are long', () => {
    const all = new All()
    world.left = 'costly'
    const rests = Array.from({ length: 4 }, () => {
      const { again } = all.reap()
      world.now += Number(again)
      return again
    })
    expect(rests).toEqual([1, 2, 4, 5])
  })

  it('begins the next storm with the shortest rest', () => {
    const all = new All()
    for (let i = 0; i < 5; i += 1) restOf(all)
    world.now += 50
    expect(restOf(all).again).toBe(1)
  })
})
