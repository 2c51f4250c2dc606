import { describe, expect, it } from 'vitest'
import { hold } from '../../lib/base/process-life.js'
import { asPid1 } from '../program.js'
import { programFile } from '../program-file.js'
import { partlyRead } from './queue.js'

const programs = await programFile<typeof import('./keep-alive.program.js')>(
  './keep-alive.program.ts',
  import.meta.url,
)

/** How many timers keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe('A hold', () => {
  it('is given back once, and not another one in its place', () => {
    const before = timers()
    for (let i = 0; i < 2; i += 1) {
      const first = hold()
      const second = hold()
      first()
      first()
      expect(timers()).toBe(before + 1)
      second()
      expect(timers()).toBe(before)
    }
  })
})

describe('EventQueue', () => {
  it('tells nothing if its backlog is dropped while a consumer waits', async () => {
    const { queue, told } = await partlyRead(100)
    const next = queue.next()
    await queue.return()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(told).toEqual([])
  })

  it('gives a waiting consumer’s hold back if closed during a pause', async () => {
    const { queue, told } = await partlyRead(65)
    const waiting = [queue.next(), queue.next()]
    expect(told).toEqual(['wanted'])
    await queue.return()
    expect((await Promise.all(waiting)).map(({ done }) => done)).toEqual([true, true])
    expect(told).toEqual(['wanted', 'satisfied'])
  })
})

describe('A wait after a backlog was left', () => {
  it('of Signals keeps the process alive', async () => {
    const result = await programs.evaluate('leaveSignals', [])
    expect(result).toEqual({ read: 64, code: 4 })
  })

  it('of Zombies keeps the process alive', async () => {
    const result = await programs.evaluate('leaveZombies', [], { prefix: asPid1 })
    expect(result).toEqual({ few: true, code: 4 })
  })
})
