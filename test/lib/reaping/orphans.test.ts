import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Next } from '../../../lib/reaping/wakeups.js'

// The work of one turn of the event loop, in a simulated world where a look at a child takes a tenth of a
// millisecond: on a real machine that time is chance. Another addon may own each child.

const LOOK = 0.1

const world = vi.hoisted(() => ({
  now: 1e6,
  alive: [] as number[],
  dead: new Set<number>(),
  taken: 0,
}))

vi.mock('../../../lib/base/time.js', async (original) => ({
  ...(await original<object>()),
  monotonicNow: () => world.now,
}))
vi.mock('../../../lib/system/proc.js', () => ({
  childrenOfMainThread: () => [...world.alive, ...world.dead],
}))
vi.mock('../../../lib/exit/child-signal.js', () => ({ isSoleListener: () => true }))
vi.mock('../../../lib/reaping/ownership.js', () => ({
  ownerOf: () => 'unknown',
  wasThereBefore: () => false,
  forgetAllBut: () => {},
}))
vi.mock('../../../lib/reaping/peek.js', () => ({
  peekHere: (pid: number) => {
    world.now += LOOK
    return world.dead.has(pid) ? ExitStatus.unknown(pid) : 'alive'
  },
  peekAny: () => {
    const [first] = world.dead
    return first === undefined ? undefined : ExitStatus.unknown(first)
  },
}))
vi.mock('../../../lib/reaping/reaper.js', () => ({
  take: (pid: number) => {
    world.dead.delete(pid)
    world.taken += 1
  },
}))

// The setup of all tests has loaded the real modules.
vi.resetModules()
const { ExitStatus } = await import('../../../lib/exit/exit-status.js')
const { Budget } = await import('../../../lib/reaping/budget.js')
const { Orphans } = await import('../../../lib/reaping/orphans.js')

const orphans = new Orphans()
let born = 0

function die(count: number): void {
  for (let i = 0; i < count; i += 1) {
    born += 1
    world.dead.add(born)
  }
}

/** A turn of the event loop: other work for this many milliseconds, then a look. */
function turn(milliseconds: number): Next {
  world.now += milliseconds
  return orphans.reap(new Budget(Number.POSITIVE_INFINITY, milliseconds))
}

beforeEach(() => {
  world.alive = []
  for (let i = 0; i < 1000 && world.dead.size > 0; i += 1) turn(1000)
  expect([world.dead.size, orphans.suspects.size]).toEqual([0, 0])
  turn(1000)
})

describe('a look for orphans', () => {
  it('takes ten milliseconds after a short turn', () => {
    die(5000)
    turn(1)
    expect(orphans.suspects.size).toBeGreaterThan(90)
    expect(orphans.suspects.size).toBeLessThan(110)
  })

  it('takes a tenth of a long turn', () => {
    die(5000)
    turn(3000)
    expect(orphans.suspects.size).toBeGreaterThan(2900)
    expect(orphans.suspects.size).toBeLessThan(3100)
  })

  it('takes a second at most', () => {
    die(20_000)
    turn(60_000)
    expect(orphans.suspects.size).toBeGreaterThan(9900)
    expect(orphans.suspects.size).toBeLessThan(10_100)
  })

  it('goes on where the last one had no more time', () => {
    // The first dead child becomes a suspect. It hides the second one, which is listed behind the living.
    world.alive = Array.from({ length: 250 }, (_, i) => 1e6 + i)
    die(2)
    let looks = 1
    for (let next = turn(1); orphans.suspects.size < 2; next = turn(next.again as number)) {
      expect(next.again).toBeGreaterThan(0)
      looks += 1
      expect(looks).toBeLessThan(10)
    }
    expect(looks).toBe(3)
  })

  it('keeps the number of zombies bounded in a program whose turns are long', () => {
    let most = 0
    for (let i = 0; i < 300; i += 1) {
      die(500)
      turn(1500)
      if (i > 100) most = Math.max(most, world.dead.size)
    }
    expect(world.taken).toBeGreaterThan(100_000)
    expect(most).toBeLessThan(5000)
  })

  it('comes again at once where the process got no time before its end', () => {
    die(1)
    const budget = new Budget(256, 1)
    world.now += 20
    expect(orphans.reap(budget)).toEqual({ again: 'now', quietFor: 0 })
  })

  it('asks for a quiet period where nobody waits for what it finds', () => {
    expect(turn(1)).toEqual({ again: 'on-signal', quietFor: 10 })
    expect(orphans.reap(new Budget(256, 1))).toEqual({ again: 'on-signal', quietFor: 0 })
  })
})
