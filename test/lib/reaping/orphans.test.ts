import { beforeEach, expect, it, vi } from 'vitest'

// How much is looked at in one turn of the event loop. In a world of its own, where a look at a child takes
// a tenth of a millisecond: on a real machine that is chance. Each child may be another addon's.

const LOOK = 0.1

const world = vi.hoisted(() => ({ now: 1e6, dead: new Set<number>(), taken: 0 }))

vi.mock('../../../lib/base/time.js', async (original) => ({
  ...(await original<object>()),
  monotonicNow: () => world.now,
}))
vi.mock('../../../lib/system/proc.js', () => ({ childrenOfMainThread: () => [...world.dead] }))
vi.mock('../../../lib/reaping/ownership.js', () => ({
  ownershipOf: () => 'uncertain',
  wasThereBefore: () => false,
  forgetAllBut: () => {},
}))
vi.mock('../../../lib/reaping/reaper.js', () => ({
  ownedChild: () => undefined,
  peekHere: (pid: number) => {
    world.now += LOOK
    return world.dead.has(pid) ? ExitStatus.unknown(pid) : 'not-child'
  },
  peekAny: () => {
    const [first] = world.dead
    return first === undefined ? undefined : ExitStatus.unknown(first)
  },
  take: (pid: number) => {
    world.dead.delete(pid)
    world.taken += 1
  },
}))

// The setup of all tests has loaded the real ones.
vi.resetModules()
const { ExitStatus } = await import('../../../lib/exit/exit-status.js')
const { countSuspects } = await import('../../../lib/reaping/suspects.js')
const { sweepOrphans } = await import('../../../lib/reaping/orphans.js')

let born = 0

function die(count: number): void {
  for (let i = 0; i < count; i += 1) {
    born += 1
    world.dead.add(born)
  }
}

/** A turn of the loop that takes so many milliseconds, without what is reaped in it. */
function turn(milliseconds: number): void {
  world.now += milliseconds
  sweepOrphans(Number.POSITIVE_INFINITY, milliseconds)
}

beforeEach(() => {
  for (let i = 0; i < 1000 && world.dead.size > 0; i += 1) turn(1000)
  expect([world.dead.size, countSuspects()]).toEqual([0, 0])
  turn(1000)
})

it('A turn that was short is lengthened by ten milliseconds', () => {
  die(5000)
  turn(1)
  expect(countSuspects()).toBeGreaterThan(90)
  expect(countSuspects()).toBeLessThan(110)
})

it('A turn that was long is lengthened by a tenth', () => {
  die(5000)
  turn(3000)
  expect(countSuspects()).toBeGreaterThan(2900)
  expect(countSuspects()).toBeLessThan(3100)
})

it('A turn is lengthened by a second at most', () => {
  die(20_000)
  turn(60_000)
  expect(countSuspects()).toBeGreaterThan(9900)
  expect(countSuspects()).toBeLessThan(10_100)
})

it('A program whose turns are long does not have ever more zombies', () => {
  let most = 0
  for (let i = 0; i < 300; i += 1) {
    die(500)
    turn(1500)
    if (i > 100) most = Math.max(most, world.dead.size)
  }
  expect(world.taken).toBeGreaterThan(100_000)
  expect(most).toBeLessThan(5000)
})
