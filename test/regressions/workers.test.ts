import { describe, expect, it } from 'vitest'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./workers.program.js')>(
  './workers.program.ts',
  import.meta.url,
)

describe('a worker that is terminated', () => {
  it.each([
    ['in the midst of spawning', 'spawnForEver'],
    ['with exits about to be seen', 'awaitExits'],
  ] as const)('%s does not take the process with it', async (_, program) => {
    expect(await programs.evaluate('terminateWorkers', [program])).toBe('survived')
  })
})

describe("Zombies with scope 'all'", () => {
  it("leaves a worker's children to the worker", async () => {
    const result = await programs.evaluate('reapAllBesideWorker', [])
    expect(result).toEqual({ known: 128, taken: 0 })
  })
})
