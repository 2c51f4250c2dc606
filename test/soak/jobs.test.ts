import { describe, expect, it } from 'vitest'
import { sizes } from './sizes.js'
import { verdictOf } from './verdict.js'

interface Measure {
  descriptors: number
  megabytes: number
}

interface Verdict {
  /** The jobs whose status, output or error was another than expected. */
  wrong: number
  before: Measure
  after: Measure
  /** The descriptors after many jobs at once. */
  atOnce: number
  children: number
}

describe.each([
  ['the main thread', false],
  ['a worker', true],
])('Jobs by the thousand in %s', (_, worker) => {
  it('end as told, and leave no descriptor, process or memory behind', async () => {
    const { before, after, ...rest } = await verdictOf<Verdict>('jobs.mjs', {
      ...sizes.jobs,
      worker,
    })
    expect(rest).toMatchObject({ wrong: 0, children: 0 })
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors)
    expect(rest.atOnce).toBeLessThanOrEqual(before.descriptors)
    expect(after.megabytes - before.megabytes).toBeLessThan(20)
  })
})
