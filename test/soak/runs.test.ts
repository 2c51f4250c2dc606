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

describe.each([
  ['the main thread', false],
  ['a worker', true],
])('Commands by the thousand in %s', (_, worker) => {
  it('leave no descriptor, no process and no memory behind', async () => {
    const verdict = await verdictOf<Verdict>('runs.mjs', { ...sizes.runs, worker })
    expect(verdict.after.descriptors).toBeLessThanOrEqual(verdict.before.descriptors)
    expect(verdict.children).toBe(0)
    expect(verdict.after.megabytes - verdict.before.megabytes).toBeLessThan(20)
  })
})
