import { describe, expect, it } from 'vitest'
import { sizes } from './sizes.js'
import { verdictOf } from './verdict.js'

interface Verdict {
  gaveUp: boolean
  ended: number
  peaks: number[]
  wrong: unknown[]
  orphans: number
  perCode: Record<string, number>
  sameForBoth: boolean
  stolen: unknown[]
  clean: boolean
}

describe('Statuses', () => {
  it('are never lost or stolen, of short children in three threads', async () => {
    const { children, workers } = sizes.statuses
    const verdict = await verdictOf<Verdict>('statuses.mjs', { children, workers })
    expect(verdict).toMatchObject({ gaveUp: false, ended: children, wrong: [], stolen: [] })
    // So that this was a crowd, and not one after the other.
    for (const peak of verdict.peaks) expect(peak).toBeGreaterThanOrEqual(64)
    // Three of each maker's, each with a code of its own, and both iterators saw them all.
    const each = verdict.orphans / 3
    expect(each).toBeGreaterThan(children / 20)
    expect(verdict.perCode).toEqual({ 200: each, 201: each, 202: each })
    expect(verdict).toMatchObject({ sameForBoth: true, clean: true })
  })
})
