import { describe, expect, it } from 'vitest'
import { sizes } from './sizes.js'
import { verdictOf } from './verdict.js'

interface Verdict {
  deadAtOnce: number
  lost: number
  left: number
}

describe('Children that die in the same instant while the loop is blocked', () => {
  it.each(['own', 'mixed', 'orphans'])('are all seen: %s', async (kind) => {
    const count = sizes.coalescing.children
    const verdict = await verdictOf<Verdict>('coalescing.mjs', { kind, count })
    expect(verdict).toEqual({ deadAtOnce: count, lost: 0, left: 0 })
  })
})
