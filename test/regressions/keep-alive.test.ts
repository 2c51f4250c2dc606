import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hold } from '../../lib/base/process-life.js'
import { asPid1 } from '../program.js'
import { programFile } from '../program-file.js'
import { partlyRead } from './queue.js'

const programs = await programFile<typeof import('./keep-alive.program.js')>(
  './keep-alive.program.ts',
  import.meta.url,
)

describe('A hold', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is given back once, and not another one in its place', () => {
    const first = hold()
    const second = hold()
    first()
    first()
    expect(vi.getTimerCount()).toBe(1)
    second()
    expect(vi.getTimerCount()).toBe(0)
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
