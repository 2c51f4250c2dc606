import { describe, expect, it } from 'vitest'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./spawn-first.program.js')>(
  './spawn-first.program.ts',
  import.meta.url,
)

describe('the first spawn of a process', () => {
  it('is ERR_SPAWN_FAILED for want of descriptors, like every later one', async () => {
    const prefix = ['prlimit', '--nofile=64:64']
    expect(await programs.evaluate('spawnStarved', [], { prefix })).toEqual([
      'ERR_SPAWN_FAILED',
      0,
      'ERR_SPAWN_FAILED',
    ])
  })
})
