import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ExitStatus } from '../../../lib/exit/exit-status.js'
import { whenGone } from '../../../lib/keeper/departure.js'
import type { OwnedChild } from '../../../lib/reaping/owned-child.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'

// Its child is a zombie: the parent of a traced process sees the same, until the tracer has waited.
const HOLDER = `import os, sys
pid = os.fork()
if pid == 0: os._exit(0)
print(pid, flush=True)
sys.stdin.read()`

/** A zombie whose status nobody takes while it is in use. */
async function heldZombie(): Promise<AsyncDisposable & { pid: number }> {
  const holder = spawn('python3', ['-c', HOLDER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(holder, 'exit')
  const [text] = await once(holder.stdout, 'data')
  const pid = Number(text)
  await eventually(() => expect(readStat(pid)?.state).toBe('Z'))
  return {
    pid,
    async [Symbol.asyncDispose]() {
      holder.stdin.end()
      await exit
    },
  }
}

/** Waits for a keeper with this pid. `exit` is what tells of its exit. */
function waitFor(pid: number) {
  const told: string[] = []
  const waiters: ((status: ExitStatus) => void)[] = []
  const keeper: Pick<OwnedChild, 'pid' | 'status' | 'onExit'> = {
    pid,
    status: undefined,
    onExit: (waiter) => {
      waiters.push(waiter)
      return () => {}
    },
  }
  whenGone(keeper as OwnedChild, (how) => told.push(how))
  const exit = (code: number) => waiters[0]?.({ code, signal: null } as ExitStatus)
  return { told, exit }
}

describe('The departure of a keeper', () => {
  it('is told of once where a tracer holds the exit', async () => {
    await using zombie = await heldZombie()
    const { told, exit } = waitFor(zombie.pid)
    await eventually(() => expect(told).toEqual(['traced']), 2000)
    exit(0)
    expect(told).toEqual(['traced'])
  })

  it('is its exit where nobody traces it', async () => {
    const { told, exit } = waitFor(process.pid)
    exit(3)
    expect(told).toEqual(['code 3'])
  })
})
