import { describe, expect, it } from 'vitest'
import type { TerminateOptions } from '../../lib/index.js'
import { sized } from '../pace.mjs'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('../lib/waiting/terminate.program.js')>(
  '../lib/waiting/terminate.program.ts',
  import.meta.url,
)

const ROUNDS = sized(10, 5)

describe('terminate() of the last link of its own process group', () => {
  // The group was orphaned by the first process that ended, while others of the tree were stopped in it.
  it.each<[string, TerminateOptions]>([
    ['', { killSignal: 'SIGTERM' }],
    ['', { killSignal: 'SIGKILL' }],
    ['trap "" TERM;', { grace: 100 }],
  ])('hangs nobody up: %s %j', async (before, options) => {
    const given = [ROUNDS, before, options] as [number, string, TerminateOptions]
    expect(await programs.evaluate('countHangUps', given, { prefix: ['setsid'] })).toBe(0)
  })
})
