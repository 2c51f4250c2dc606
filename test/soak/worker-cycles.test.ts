import { describe, expect, it } from 'vitest'
import { sizes } from './sizes.js'
import { verdictOf } from './verdict.js'

interface Verdict {
  before: { descriptors: number; megabytes: number }
  after: { descriptors: number; megabytes: number }
  /** Whether the addon is still in memory after the last worker. */
  loaded: boolean
}

// That the process comes to its end in peace is part of it: a crash would be its exit code.
function cycle(kinds: readonly string[]): Promise<Verdict> {
  return verdictOf<Verdict>('worker-cycles.mjs', { ...sizes.workerCycles, kinds })
}

function expectNothingKept({ before, after }: Verdict): void {
  expect(after.descriptors).toBe(before.descriptors)
  // Empty workers take 4 MB of it.
  expect(after.megabytes - before.megabytes).toBeLessThan(15)
}

describe('The addon in 200 worker threads, and in no other', () => {
  it('comes and goes with them while they watch, spawn and are terminated', async () => {
    const verdict = await cycle(['bare', 'watching', 'talking', 'exit'])
    expectNothingKept(verdict)
    expect(verdict.loaded).toBe(false)
  })

  it('comes and goes as signals arrive, its code pinned in memory', async () => {
    const verdict = await cycle(['bare', 'watching', 'signals', 'everything', 'exit'])
    expectNothingKept(verdict)
    expect(verdict.loaded).toBe(true)
  })
})
