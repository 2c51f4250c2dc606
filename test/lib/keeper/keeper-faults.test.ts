import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../eventually.js'
import { lacks } from '../../needs.js'
import { patience, sized } from '../../pace.mjs'
import { ERRORS, faultsOf, problemsWith, problemWith } from './faults.js'

// The first few calls of each kind. test/soak/keeper-faults.test.ts takes all.

const openFiles = () => readdirSync('/proc/self/fd').length

describe.skipIf(lacks('strace'))('A keeper', { timeout: patience(120_000) }, () => {
  it.each([
    ['is killed at a system call', ['signal=KILL'], sized(3, 1)],
    ['has a system call that fails', ERRORS.slice(0, sized(4, 2)), 1],
  ])('leaves nothing behind, and its promises settle, if it %s', async (_, whats, most) => {
    const faults = await faultsOf(whats, most)
    const before = openFiles()
    expect(await problemsWith(faults)).toEqual([])
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before))
  })

  // The second and the third one come when the command has ended, and others live on.
  it.each([1, 2, 3, 4])('looks who is left though its wait %i has failed', async (nth) => {
    expect(await problemWith(`waitid:error=EAGAIN:when=${nth}`)).toBeUndefined()
  })

  it.each(['EAGAIN', 'ENOBUFS'])('leaves though no report was sent at first: %s', async (error) => {
    const sends = [1, 2, 3, 4, 5, 6, 7, 8]
    const faults = sends.map((nth) => ({ call: 'sendto', nth, what: `error=${error}` }))
    expect(await problemsWith(faults)).toEqual([])
  })

  // Each round of killing takes half a second, and no process can be signalled in the first three.
  it('does not give up because a round of killing is slow', async () => {
    const faults = ['openat:delay_enter=40000', 'pidfd_open:error=ENOMEM:when=2..21']
    expect(await problemWith(...faults)).toBeUndefined()
  })
})
