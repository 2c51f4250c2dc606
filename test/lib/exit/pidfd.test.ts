import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, it, vi } from 'vitest'
import * as library from '../../../lib/index.js'
import { sized } from '../../pace.mjs'

// A second copy, as test runners make one. The first was loaded by the setup.
vi.resetModules()
const copy = await import('../../../lib/index.js')

const count = sized(40, 10)
// Their parent is no copy's process, so both copies wait for them by a pidfd.
const STRANGERS = `for i in $(seq ${count}); do sleep 1000 & echo $!; done; wait`

describe('Two copies of the library in one thread', () => {
  it('both hear of exits', async () => {
    expect(copy.spawn).not.toBe(library.spawn)
    const parent = spawn('sh', ['-c', STRANGERS], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(parent, 'exit')
    const pids: number[] = []
    for await (const line of createInterface(parent.stdout)) {
      if (pids.push(Number(line)) === count) break
    }
    const handles = pids.flatMap((pid) => [library.openProcess(pid), copy.openProcess(pid)])
    for (const pid of pids) process.kill(pid)
    const exits = await Promise.all(handles.map(({ exited }) => exited))
    expect(exits.map(({ pid }) => pid)).toEqual(pids.flatMap((pid) => [pid, pid]))
    await exit
  })
})
