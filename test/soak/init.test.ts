import { describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { nodeWithInit } from '../program.js'
import { full, sizes } from './sizes.js'
import { verdictOf } from './verdict.js'

const TIMEOUT = full ? 2_400_000 : 58_000

interface Verdict {
  ended: number
  peaks: number[]
  expected: { births: number; mass: number }
  found: { births: number; mass: number }
  terminated: number
  abandoned: number
}

describe('A program under sexton/init', () => {
  it(
    'loses no exit, takes no status of others, and leaves no zombie',
    async () => {
      const options = { node: nodeWithInit, timeout: TIMEOUT - 2000 }
      const verdict = await verdictOf<Verdict>('init.mjs', sizes.init, options)
      expect(verdict).toMatchObject({
        gaveUp: false,
        wrong: [],
        taken: [],
        clean: true,
        pending: 0,
      })
      expect(verdict.ended).toBe(sizes.init.children)
      expect(verdict.found).toEqual(verdict.expected)
      expect(verdict.expected.mass).toBeGreaterThanOrEqual(sizes.init.orphans)
      // So that this was a crowd, and workers were terminated among their children.
      for (const peak of verdict.peaks) expect(peak).toBeGreaterThanOrEqual(64)
      expect(verdict.terminated).toBeGreaterThan(2)
      expect(verdict.abandoned).toBeGreaterThan(0)
    },
    patience(TIMEOUT),
  )
})
