import { spawn as spawnChild } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { SextonError, waitForExit } from '../../lib/index.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./child-process-waits.program.js')>(
  './child-process-waits.program.ts',
  import.meta.url,
)

describe('a wait for a child of child_process', () => {
  it('needs no descriptor, not even the first', async () => {
    const prefix = ['prlimit', '--nofile=200:200']
    const codes = await programs.evaluate('waitWithoutDescriptors', [], { prefix })
    expect(codes).toEqual(Array(80).fill(7))
  })

  it('shares its listener with all others for that child', async () => {
    const child = spawnChild('cat')
    const before = child.listenerCount('exit')
    const exit = once(child, 'exit')
    const waits = Array.from({ length: 40 }, () => waitForExit(child.pid as number))
    const givenUp = Array.from({ length: 40 }, () => waitForExit(child.pid as number, 0))
    expect(child.listenerCount('exit')).toBe(before + 2)
    for (const one of await Promise.allSettled(givenUp)) {
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(SextonError) })
    }
    expect(child.listenerCount('exit')).toBe(before + 2)
    child.stdin.end()
    for (const status of await Promise.all(waits)) expect(status).toMatchObject({ code: 0 })
    expect(await exit).toEqual([0, null])
  })

  it('leaves no listener behind when it is given up', async () => {
    const child = spawnChild('cat')
    const before = child.listenerCount('exit')
    for (let i = 0; i < 3; i += 1) {
      await expect(waitForExit(child.pid as number, 0)).rejects.toThrow('0 ms')
      expect(child.listenerCount('exit')).toBe(before)
    }
    const wait = waitForExit(child.pid as number)
    child.stdin.end()
    expect(await wait).toMatchObject({ code: 0 })
  })
})
