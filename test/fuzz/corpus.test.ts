import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { corpus } from './corpus.js'
import { TARGETS } from './targets.js'

const SEED = 20_251_121

describe.each(TARGETS)('Fuzzing: $name', (target) => {
  it('holds for the corpus', async () => {
    for (const { name, input } of corpus(target.name)) {
      await expect((async () => target.check(input))(), name).resolves.toBeUndefined()
    }
  })

  // The same in every run: `npm run fuzz` looks for new ones.
  it('holds for some inputs more', async () => {
    const { input, check, runsInCi: numRuns = 300 } = target
    await fc.assert(
      fc.asyncProperty(input, async (one) => check(one)),
      { seed: SEED, numRuns },
    )
  })
})
