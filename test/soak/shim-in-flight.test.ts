import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOnRunc } from '../lib/shim/shimmy/shimmies.js'
import { lacks, lacksRoot } from '../needs.js'
import { Runc } from '../programs/runc.js'
import { signalAtRandom } from './in-flight.js'
import { full, sizes } from './sizes.js'

const { rounds } = sizes.inFlight

describe.skipIf(lacks('runc', 'busybox') || lacksRoot())('A deadly signal for shimmy', () => {
  let runc: Runc
  beforeAll(async () => {
    runc = await Runc.make()
  })
  afterAll(() => runc?.close())

  it(`is never lost at ${rounds} random instants of a container's creation`, async () => {
    const counts = await signalAtRandom(() => startOnRunc(runc, ['sleep', '1000']), rounds)
    if (full) console.log('shim-in-flight', Object.fromEntries(counts))
    const late = (counts.get('in flight') ?? 0) + (counts.get('running') ?? 0)
    expect(late).toBeGreaterThan(0)
    if (full) expect(counts.get('in flight')).toBeGreaterThan(0)
  })
})
