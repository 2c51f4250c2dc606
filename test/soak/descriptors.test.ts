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
}

describe('Spawns and waits by the thousand', () => {
  it('leave no descriptor, no process and no memory behind', async () => {
    const verdict = await verdictOf<Verdict>('descriptors.mjs', sizes.descriptors)
    expect(verdict.after.descriptors).toBe(verdict.before.descriptors)
    expect(verdict.children).toBe(0)
    expect(verdict.after.megabytes - verdict.before.megabytes).toBeLessThan(5)
  })
})
