import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { type SignalName, signalName, signalNumber } from '../../../lib/system/signal-names.js'
import { revive } from '../revive.mjs'
import type { Target } from '../target.js'
import { anything } from '../values.js'

const likely = fc
  .array(
    fc.constantFrom('SIG', 'RTMIN', 'RTMAX', '+', '-', '0', '3', '32', '64', 'TERM', 'int', ' '),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(''))

/** Any value: a number from 1 to 64, whose name has that number; or a TypeError or RangeError. */
export const signals: Target<unknown> = {
  name: 'signals',
  input: fc.oneof(fc.integer({ min: -1, max: 70 }), likely, anything),
  check(described) {
    const value = revive(described)
    let number: number
    try {
      number = signalNumber(value as SignalName)
    } catch (error) {
      assert(
        error instanceof
          (typeof value === 'string' || typeof value === 'number' ? RangeError : TypeError),
      )
      return
    }
    assert(Number.isInteger(number) && number >= 1 && number <= 64)
    assert.equal(signalNumber(signalName(number)), number)
    assert(typeof value === 'string' || value === number)
  },
}
