import { describe, expect, it } from 'vitest'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./execution.program.js')>(
  './execution.program.ts',
  import.meta.url,
)

describe('Commands', () => {
  it('fail without descriptors, and leave none open', async () => {
    const node = ['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh', process.execPath]
    const { codes, kept, left } = await programs.evaluate('runShort', [], { node })
    expect(codes).toEqual(['ERR_SPAWN_FAILED', 'started'])
    expect({ kept, left }).toEqual({ kept: 0, left: 0 })
  })

  it('do not keep Node alive by a descendant that holds a pipe', async () => {
    const start = performance.now()
    const { pid, heldOpen } = await programs.evaluate('leaveDescendant', [])
    expect(performance.now() - start).toBeLessThan(50_000)
    expect(heldOpen).toBe(true)
    process.kill(pid, 'SIGKILL')
  })

  it('do not keep Node alive by an unreferenced job, which ends then', async () => {
    const pids = await programs.evaluate('leaveJob', [])
    expect(pids.length).toBe(1)
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]))
  })

  it('keep Node alive by a job that is referenced again', async () => {
    expect(await programs.evaluate('waitForJob', [])).toEqual({
      stdout: 'running',
      signal: 'SIGKILL',
    })
  })

  it('leave no descriptor of a worker that is terminated', async () => {
    const counts = await programs.evaluate('terminateWorkers', [])
    expect(counts.at(-1)).toBeLessThanOrEqual((counts[0] as number) + 1)
  })
})

const isAlive = (pid: number) => (readStat(pid)?.state ?? 'Z') !== 'Z'
