import { describe, expect, it } from 'vitest'
import { programFile } from '../../program-file.js'

// In programs of their own: adopting orphans is for a subreaper, which this test process is not to be.

const programs = await programFile<typeof import('./zombies.program.js')>(
  './zombies.program.ts',
  import.meta.url,
)

describe("Zombies of scope 'adopted'", () => {
  it('reaps orphans, with pid, code and usage', async () => {
    const result = await programs.evaluate('reapThree', [])
    expect(result).toEqual({ same: true, codes: [7, 7, 7], used: true, left: [] })
  })

  it('tells the signal that ended one', async () => {
    expect(await programs.evaluate('reapKilled', [])).toEqual([true, null, 'SIGKILL'])
  })

  it("does not yield the children of sexton's spawn", async () => {
    expect(await programs.evaluate('reapBesideChild', [])).toEqual([3, true])
  })
})

describe("Zombies of scope 'all'", () => {
  it("yields sexton's own children too, which keep their promise", async () => {
    expect(await programs.evaluate('reapChildToo', [])).toEqual([3, 7, 3])
  })

  it('loses no status to 64 of each kind that die at once', async () => {
    const result = await programs.evaluate('reapChildrenAndOrphans', [])
    expect(result).toEqual({ codes: true, orphans: 64, seen: 128 })
  })
})

describe('several iterators', () => {
  it('each see each zombie once, whatever pace they keep', async () => {
    expect(await programs.evaluate('iterateThrice', [])).toEqual([true, true, true])
  })

  it('may come and go: one that is closed takes nothing from the others', async () => {
    expect(await programs.evaluate('closeOneOfTwo', [])).toEqual([10, true])
  })
})

describe('the kernel as the queue', () => {
  it('keeps what a slow consumer has not asked for', async () => {
    const result = await programs.evaluate('readSlowly', [])
    expect(result.left).toBeGreaterThanOrEqual(600 - 256)
    expect(result.after).toEqual([600, 0])
  })

  it('remembers deaths before the first next(), and before construction', async () => {
    expect(await programs.evaluate('openAfterDeaths', [])).toEqual([1, 2])
  })

  it('is emptied although many deaths share one SIGCHLD', async () => {
    expect(await programs.evaluate('blockDuringDeaths', [])).toEqual([300, 0])
  })
})

describe('arguments', () => {
  it.each(['mine', ''])("must name a scope that exists, not '%s'", async (scope) => {
    const message = `scope must be 'adopted' or 'all', not '${scope}'`
    expect(await programs.evaluate('openWithScope', [scope])).toEqual(['RangeError', message])
  })
})
