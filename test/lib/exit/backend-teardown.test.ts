import { describe, expect, it } from 'vitest'
import { programFile } from '../../program-file.js'
import type { End, News } from './backend-teardown.program.js'

// The end of a program, or of a worker, while children die: their news come when no JavaScript can run
// any more.

const programs = await programFile<typeof import('./backend-teardown.program.js')>(
  './backend-teardown.program.ts',
  import.meta.url,
)

const clean = { code: 0, signal: null, stderr: '' }

describe('a program that ends', () => {
  it.each<News>([
    'children it has just killed',
    'children it has just killed and waits for',
    'open handles of the dead',
    'open Zombies',
    'open Signals',
  ])('by process.exit() with %s does so in peace', async (news) => {
    for (let round = 0; round < 3; round += 1) {
      expect(await programs.run('exitAmid', [news])).toMatchObject(clean)
    }
  })

  it('by itself, with children it has just killed, does so in peace', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await programs.run('killAndEnd', [])).toMatchObject(clean)
    }
  })

  it('by process.exit() in an exit listener is not disturbed by 200 deaths', async () => {
    expect(await programs.run('killAtExit', [])).toMatchObject(clean)
  })
})

describe('a worker that ends', () => {
  it.each<End>(['is terminated', 'ends by itself'])(
    'and %s while its children die leaves the program alone',
    async (how) => {
      expect(await programs.run('endWorkers', [how])).toMatchObject(clean)
    },
  )
})
