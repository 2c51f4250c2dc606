import { describe, expect, it } from 'vitest'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./wait-for-exit-orphans.program.js')>(
  './wait-for-exit-orphans.program.ts',
  import.meta.url,
)

// Adopted orphans need a subreaper, which this test process is not to become.

describe('an adopted orphan', () => {
  it('is waited for, and reaped', async () => {
    const result = await programs.evaluate('waitForOne', [])
    expect(result).toEqual({ code: 7, known: true, used: true, left: [] })
  })

  it('is reaped also when it was dead before', async () => {
    const result = await programs.evaluate('waitForTheDead', [])
    expect(result).toEqual([[7, 7, 7], []])
  })

  it('answers every waiter, beside an open Zombies: 64 at once, twice each', async () => {
    const result = await programs.evaluate('waitBesideZombies', [])
    expect(result).toEqual({ codes: 128, zombies: 64 })
  })

  it('stays a zombie in a worker, which may not reap, but learns its end', async () => {
    const result = await programs.evaluate('waitInWorker', [])
    expect(result).toEqual([7, ['Z']])
  })
})
