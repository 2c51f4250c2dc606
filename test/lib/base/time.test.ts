import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkDuration, Deadline } from '../../../lib/base/time.js'
import { evaluate } from '../../program.js'

const DAY = 86_400_000

// The clock of these tests has the same limit as the real one: more than 2^31 - 1 ms fires at once.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function start(milliseconds: number) {
  const onExpired = vi.fn()
  return { onExpired, deadline: new Deadline(milliseconds, onExpired) }
}

describe('Deadline', () => {
  it('expires once, when its time is over and not before', () => {
    const { onExpired } = start(1000)
    vi.advanceTimersByTime(999)
    expect(onExpired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onExpired).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(10 * DAY)
    expect(onExpired).toHaveBeenCalledOnce()
  })

  it('is over at once when it is 0, but never within its own constructor', () => {
    const { onExpired } = start(0)
    expect(onExpired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onExpired).toHaveBeenCalledOnce()
  })

  it('does not overflow a timer: 100 days are 100 days', () => {
    const { onExpired } = start(100 * DAY)
    vi.advanceTimersByTime(100 * DAY - 1)
    expect(onExpired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onExpired).toHaveBeenCalledOnce()
  })

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32])('takes exactly %i ms', (milliseconds) => {
    const { onExpired } = start(milliseconds)
    vi.advanceTimersByTime(milliseconds - 1)
    expect(onExpired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onExpired).toHaveBeenCalledOnce()
  })

  it('needs no timer at all for ever', () => {
    const { onExpired } = start(Number.POSITIVE_INFINITY)
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(1000 * DAY)
    expect(onExpired).not.toHaveBeenCalled()
  })

  it('lives with the largest number there is', () => {
    const { onExpired, deadline } = start(Number.MAX_VALUE)
    vi.advanceTimersByTime(100 * DAY)
    expect(onExpired).not.toHaveBeenCalled()
    deadline.clear()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is over for good once cleared, also in a later part of a long one', () => {
    const { onExpired, deadline } = start(100 * DAY)
    vi.advanceTimersByTime(50 * DAY)
    deadline.clear()
    vi.advanceTimersByTime(100 * DAY)
    expect(onExpired).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stays unreferenced when a long one goes on to its next timer', () => {
    const timers: NodeJS.Timeout[] = []
    const { setTimeout } = globalThis
    vi.stubGlobal('setTimeout', (...args: Parameters<typeof setTimeout>) => {
      const timer = setTimeout(...args)
      timers.push(timer)
      return timer
    })
    start(60 * DAY).deadline.unref()
    vi.advanceTimersByTime(30 * DAY)
    vi.unstubAllGlobals()
    expect(timers.map((timer) => timer.hasRef())).toEqual([false, false])
  })
})

describe('checkDuration', () => {
  it('takes 0, fractions and Infinity', () => {
    const durations = [0, 0.5, 2 ** 40, Number.POSITIVE_INFINITY]
    expect(durations.map((value) => checkDuration('timeout', value))).toEqual(durations)
  })

  it.each([-1, -0.001, Number.NaN, Number.NEGATIVE_INFINITY])('refuses %s', (bad) => {
    expect(() => checkDuration('timeout', bad)).toThrow(RangeError)
    expect(() => checkDuration('timeout', bad)).toThrow(`invalid timeout ${bad}: expected `)
  })

  it.each(['5', null, undefined, {}, 5n])('refuses %s, which is no number', (bad) => {
    expect(() => checkDuration('grace', bad)).toThrow(TypeError)
    expect(() => checkDuration('grace', bad)).toThrow('expected 0 or more milliseconds')
  })
})

describe('a deadline in a program', () => {
  it('keeps it running, or not when unreferenced', async () => {
    const expired = (then: string) =>
      evaluate<string[]>(`
        import { Deadline } from './dist/base/time.js'
        const said = []
        process.on('exit', () => console.log(JSON.stringify(said)))
        new Deadline(50, () => said.push('expired'))${then}
      `)
    expect(await expired('')).toEqual(['expired'])
    expect(await expired('.unref()')).toEqual([])
  })
})
