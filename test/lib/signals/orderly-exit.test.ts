import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OrderlyExit, ProcessEnd, type ShutdownPlan } from '../../../lib/signals/orderly-exit.js'
import type { ReceivedSignal } from '../../../lib/signals/origin.js'

// On a clock of the tests: `hrtime` is what the monotonic clock reads.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'hrtime'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** The process's end, written down. */
class Written extends ProcessEnd {
  readonly exits: (number | undefined)[] = []

  override exit(code?: number): void {
    this.exits.push(code)
  }
}

const signal = (name: 'SIGTERM' | 'SIGINT', pid: number | 'terminal'): ReceivedSignal => ({
  name,
  number: name === 'SIGTERM' ? 15 : 2,
  origin:
    pid === 'terminal' ? { pid: 0, uid: 0, code: 'SI_KERNEL' } : { pid, uid: 0, code: 'SI_USER' },
})

/** A shutdown whose handler takes so long. */
function shutdownOf(
  milliseconds: number,
  options: Partial<ShutdownPlan> = {},
  end = new Written(),
) {
  const lines: string[] = []
  const handler = () => new Promise((resolve) => setTimeout(resolve, milliseconds))
  const numbers = new Set([2, 15])
  const log = (line: string) => lines.push(line)
  const plan = { timeout: 8000, numbers, force: 'second-signal' as const, log, ...options }
  return { shutdown: new OrderlyExit(handler, plan, end), end, lines }
}

describe('An orderly exit', () => {
  it('waits for the handler, and exits without a code of its own', async () => {
    const { shutdown, end, lines } = shutdownOf(7000)
    shutdown.receive(signal('SIGTERM', 4_194_304))
    await vi.advanceTimersByTimeAsync(6999)
    expect(end.exits).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(end.exits).toEqual([undefined])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(end.exits).toEqual([undefined])
    expect(lines).toEqual(['SIGTERM from pid 4194304 (uid 0): shutting down'])
  })

  it('exits with 128 + the number when its time is over, not before', async () => {
    const { shutdown, end, lines } = shutdownOf(60_000, { timeout: 5000 })
    shutdown.receive(signal('SIGINT', 4_194_304))
    await vi.advanceTimersByTimeAsync(4999)
    expect(end.exits).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(end.exits).toEqual([130])
    expect(lines[1]).toBe('SIGINT from pid 4194304 (uid 0): not done after 5000 ms, ending now')
  })

  it('waits without end with a timeout of Infinity', async () => {
    const { shutdown, end } = shutdownOf(20 * 86_400_000, { timeout: Number.POSITIVE_INFINITY })
    shutdown.receive(signal('SIGTERM', 10))
    await vi.advanceTimersByTimeAsync(20 * 86_400_000 - 1)
    expect(end.exits).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(end.exits).toEqual([undefined])
  })

  it.each([
    ['from the same process, after 50 ms', 50, 10],
    ['from another process, after 500 ms', 500, 11],
    ['from the terminal, after 500 ms', 500, 'terminal'],
  ] as const)('is forced by a second signal %s', async (_, milliseconds, sender) => {
    const { shutdown, end, lines } = shutdownOf(60_000)
    shutdown.receive(signal('SIGTERM', 10))
    await vi.advanceTimersByTimeAsync(milliseconds)
    shutdown.receive(signal('SIGINT', sender))
    expect(end.exits).toEqual([130])
    expect(lines[1]).toMatch(/^SIGINT from .*: a second signal, ending now$/)
  })

  it.each([
    ['from the same process, within 50 ms', 49, 10],
    ['from another process, within 500 ms', 499, 11],
    ['from the terminal, within 500 ms', 499, 'terminal'],
  ] as const)('takes a signal %s for the first', async (_, milliseconds, sender) => {
    const { shutdown, end, lines } = shutdownOf(7000)
    shutdown.receive(signal('SIGTERM', 10))
    await vi.advanceTimersByTimeAsync(milliseconds)
    shutdown.receive(signal('SIGINT', sender))
    await vi.advanceTimersByTimeAsync(7000)
    expect(end.exits).toEqual([undefined])
    expect(lines).toHaveLength(1)
  })

  it("is not forced with `force: 'never'`", async () => {
    const { shutdown, end, lines } = shutdownOf(7000, { force: 'never' })
    shutdown.receive(signal('SIGTERM', 10))
    for (let i = 0; i < 6; i += 1) {
      await vi.advanceTimersByTimeAsync(1000)
      shutdown.receive(signal('SIGTERM', 10))
    }
    expect(end.exits).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(end.exits).toEqual([undefined])
    expect(lines).toHaveLength(1)
  })

  it('ends the process with the last of several handlers', async () => {
    const end = new Written()
    const all = [1000, 3000, 2000].map((milliseconds) => shutdownOf(milliseconds, {}, end))
    for (const { shutdown } of all) shutdown.receive(signal('SIGTERM', 10))
    await vi.advanceTimersByTimeAsync(2999)
    expect(end.exits).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(end.exits).toEqual([undefined])
  })
})
