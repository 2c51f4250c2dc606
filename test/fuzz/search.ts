import { relative } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { root } from '../program.js'
import { keep } from './corpus.js'
import { TARGETS } from './targets.js'

// Looks for inputs that show an error, for as long as test/fuzz/run.mjs has been told to.

const { SEXTON_FUZZ_SECONDS, SEXTON_FUZZ_SEED, SEXTON_FUZZ_TARGET } = process.env
const seed = Number(SEXTON_FUZZ_SEED)
const wanted = TARGETS.filter(({ name }) => [undefined, name].includes(SEXTON_FUZZ_TARGET))
const milliseconds = (Number(SEXTON_FUZZ_SECONDS) * 1000) / wanted.length

describe.each(wanted)('$name', ({ name, input, check }) => {
  it('holds', { timeout: milliseconds * 2 + patience(300_000) }, async () => {
    const details = await fc.check(
      fc.asyncProperty(input, async (one) => check(one)),
      {
        seed,
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: milliseconds,
        markInterruptAsFailure: false,
      },
    )
    console.log(`${name}: ${details.numRuns} inputs`)
    if (details.counterexample === null) return
    const path = relative(root, keep(name, details.counterexample[0]))
    const again = `npm run fuzz -- --target ${name} --seed ${seed}`
    expect.fail(`${details.errorInstance}\n\nkept as ${path}; the same search again: ${again}`)
  })
})
