import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../eventually.js'
import { lacks } from '../../needs.js'
import { patience, sized } from '../../pace.mjs'
import { ERRORS, faultsOf, problemsWith } from './faults.js'

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
})
