import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { spawn as spawnOwn } from '../../../lib/index.js'
import { childProcessOf } from '../../../lib/reaping/births.js'
import { forgetAllBut, wasThereBefore } from '../../../lib/reaping/ownership.js'
import { eventually } from '../../eventually.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./ownership.program.js')>(
  './ownership.program.ts',
  import.meta.url,
)

describe('childProcessOf', () => {
  it("finds a child from its birth until its 'exit' event, and not after", async () => {
    const child = spawn('cat')
    const pid = child.pid as number
    expect(childProcessOf(pid)).toBe(child)
    child.stdin.end()
    await once(child, 'exit')
    expect(childProcessOf(pid)).toBeUndefined()
  })

  it('finds one that is dead while its event is still to come', async () => {
    const child = spawn('sh', ['-c', 'exit 3'])
    const exit = once(child, 'exit')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    expect(childProcessOf(child.pid as number)).toBe(child)
    expect(await exit).toEqual([3, null])
  })

  it('is not confused by one that could not be started', async () => {
    const child = spawn('sexton-no-such-program')
    await once(child, 'error')
    expect(childProcessOf(child.pid as unknown as number)).toBeUndefined()
  })

  it("does not know sexton's own children, nor strangers", async () => {
    const child = spawnOwn('cat')
    expect(childProcessOf(child.pid)).toBeUndefined()
    expect(childProcessOf(process.ppid)).toBeUndefined()
    child.stdin?.end()
    await child.exited
  })

  it('lets go of hundreds that have ended', async () => {
    const references: WeakRef<ChildProcess>[] = []
    for (let round = 0; round < 8; round += 1) await startAndForget(50, references)
    childProcessOf(1)
    const gc = garbageCollector()
    // It prunes when there are 64, or twice what lived at the last pruning: of 400 most must be gone.
    await eventually(() => {
      gc()
      const held = references.filter((reference) => reference.deref() !== undefined)
      expect(held.length).toBeLessThan(200)
    })
  })

  it('still finds the living among hundreds of dead', async () => {
    const child = spawn('cat')
    for (let round = 0; round < 3; round += 1) await startAndForget(50, [])
    expect(childProcessOf(child.pid as number)).toBe(child)
    child.stdin.end()
    await once(child, 'exit')
  })
})

it('What an ended child has printed is not kept', async () => {
  const node = [process.execPath, '--expose-gc']
  const megabytes = await programs.evaluate('printMuch', [], { node })
  expect(megabytes).toBeLessThan(20)
})

describe('wasThereBefore', () => {
  it('knows the children that an earlier life of this process left', async () => {
    const prefix = ['sh', '-c', 'sleep 1000 > /dev/null 2>&1 & exec "$@"', 'sh']
    const result = await programs.evaluate('forgetEarlierChild', [], { prefix })
    expect(result).toEqual({ before: true, later: false, after: false })
  })

  it('knows no one by default', () => {
    forgetAllBut([])
    expect(wasThereBefore(process.ppid)).toBe(false)
  })
})

async function startAndForget(count: number, references: WeakRef<ChildProcess>[]): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, () => {
      const child = spawn('true', { stdio: 'ignore' })
      references.push(new WeakRef(child))
      return once(child, 'exit')
    }),
  )
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
