import { describe, expect, it } from 'vitest'
import { programFile } from '../../program-file.js'

// Whose dead children Zombies may reap. A mistake here makes someone's 'exit' event never come, and
// shows only when many die at once.

const programs = await programFile<typeof import('./zombies-ownership.program.js')>(
  './zombies-ownership.program.ts',
  import.meta.url,
)

describe('children of child_process', () => {
  it('are not touched: 64 of them die with 64 orphans', async () => {
    const result = await programs.evaluate('dieTogether', [])
    expect(result).toEqual({ codes: true, orphans: true, left: 0 })
  })

  it('are not touched however they are started, while orphans die in between', async () => {
    expect(await programs.evaluate('startInAllWays', [])).toEqual([true, 0])
  })

  it("of a worker are not touched either, nor sexton's in a worker", async () => {
    expect(await programs.evaluate('startInWorker', [])).toEqual([true, true])
  })
})
