import { describe, expect, it } from 'vitest'
import { sizes } from './sizes.js'
import { verdictOf } from './verdict.js'

interface Measure {
  descriptors: number
  megabytes: number
}

interface Verdict {
  before: Measure
  after: Measure
  children: number
  /** Ends that were not the expected ones. */
  wrong: string[]
}

describe('Births by the thousand, failing steps and terminated workers mixed in', () => {
  it('each come to the right end, and leave nothing behind', async () => {
    const verdict = await verdictOf<Verdict>('unawaited-births.mjs', sizes.births)
    expect(verdict.wrong).toEqual([])
    expect(verdict.children).toBe(0)
    expect(verdict.after.descriptors).toBe(verdict.before.descriptors)
    expect(verdict.after.megabytes - verdict.before.megabytes).toBeLessThan(10)
  })
})
