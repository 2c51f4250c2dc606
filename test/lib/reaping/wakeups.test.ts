import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Next } from '../../../lib/reaping/wakeups.js'

// When the loop looks, on a clock of its own and without processes.

const signal = vi.hoisted(() => ({ muted: false, tell: undefined as (() => void) | undefined }))

vi.mock('../../../lib/exit/child-signal.js', () => ({
  onChildSignal: (listener: () => void) => {
    signal.tell = listener
    return () => {
      signal.tell = undefined
    }
  },
  muteChildSignal: () => {
    signal.muted = true
  },
  unmuteChildSignal: () => {
    signal.muted = false
    signal.tell?.()
  },
}))

// The setup of all tests has loaded the real modules.
vi.resetModules()
const { sooner, Wakeups } = await import('../../../lib/reaping/wakeups.js')

let looks = 0
let next: Next = { again: 'on-signal', quietFor: 0 }

function listening(): InstanceType<typeof Wakeups> {
  const wakeups = new Wakeups(
    () => {
      looks += 1
      return next
    },
    () => {},
  )
  wakeups.listen()
  return wakeups
}

/** The number of looks within this many milliseconds. */
async function looksWithin(milliseconds: number): Promise<number> {
  const before = looks
  await vi.advanceTimersByTimeAsync(milliseconds)
  return looks - before
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] })
  Object.assign(signal, { muted: false, tell: undefined })
})

afterEach(() => void vi.useRealTimers())

describe('Wakeups', () => {
  it('look once for many signals of one turn, then wait for the next', async () => {
    next = { again: 'on-signal', quietFor: 0 }
    listening()
    for (let i = 0; i < 40; i += 1) signal.tell?.()
    expect(await looksWithin(10_000)).toBe(1)
    signal.tell?.()
    expect(await looksWithin(10_000)).toBe(1)
  })

  it('look again when a strategy asks for it, unless a signal comes first', async () => {
    next = { again: 50, quietFor: 0 }
    listening().soon()
    expect(await looksWithin(50)).toBe(1)
    expect(await looksWithin(2)).toBe(1)
    signal.tell?.()
    expect(await looksWithin(50)).toBe(1)
    expect(await looksWithin(2)).toBe(1)
  })

  it('end a quiet period with one look, which begins no other', async () => {
    next = { again: 'on-signal', quietFor: 10 }
    listening().soon()
    expect(await looksWithin(9)).toBe(1)
    expect(signal.muted).toBe(true)
    expect(await looksWithin(10_000)).toBe(1)
    expect(signal.muted).toBe(false)
    signal.tell?.()
    expect(await looksWithin(9)).toBe(1)
    expect(signal.muted).toBe(true)
  })

  it('do not repeat quiet periods for a look that is due much later', async () => {
    next = { again: 1000, quietFor: 10 }
    listening().soon()
    expect(await looksWithin(900)).toBe(2)
    expect(signal.muted).toBe(false)
  })

  it('repeat quiet periods where a strategy looks that often anyway', async () => {
    next = { again: 5, quietFor: 5 }
    listening().soon()
    const count = await looksWithin(500)
    expect(count).toBeGreaterThan(50)
    expect(count).toBeLessThan(150)
    expect(signal.muted).toBe(true)
  })

  it('end a quiet period at once when nobody listens any more', async () => {
    next = { again: 'on-signal', quietFor: 10 }
    const wakeups = listening()
    wakeups.soon()
    await looksWithin(1)
    expect(signal.muted).toBe(true)
    wakeups.stop()
    expect(signal.muted).toBe(false)
    expect(await looksWithin(10_000)).toBe(0)
  })
})

describe('sooner', () => {
  it('takes the earlier time, and a quiet period of either', () => {
    const now: Next = { again: 'now', quietFor: 0 }
    const soon: Next = { again: 5, quietFor: 5 }
    const later: Next = { again: 9, quietFor: 0 }
    const onSignal: Next = { again: 'on-signal', quietFor: 10 }
    expect(sooner(soon, now).again).toBe('now')
    expect(sooner(later, soon)).toEqual(soon)
    expect(sooner(onSignal, later)).toEqual({ again: 9, quietFor: 10 })
    expect(sooner(soon, onSignal)).toEqual(soon)
  })
})
