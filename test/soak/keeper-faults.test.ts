import { describe, expect, it } from 'vitest'
import { ERRORS, faultsOf, problemsWith } from '../lib/keeper/faults.js'
import { lacks } from '../needs.js'
import { full } from './sizes.js'

// test/lib/keeper/keeper-faults.test.ts has the first few calls of each kind.
describe.skipIf(!full || lacks('strace'))('A keeper', () => {
  it.each([
    ['is killed', ['signal=KILL']],
    ['fails', ERRORS],
  ])('leaves nothing behind at whichever call it %s', async (_, whats) => {
    const faults = await faultsOf(whats, Number.POSITIVE_INFINITY)
    expect(await problemsWith(faults)).toEqual([])
  })
})
