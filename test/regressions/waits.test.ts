import { spawn as spawnChild } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { spawn, waitForExit } from '../../lib/index.js'
import { pid1, run } from '../program.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./waits.program.js')>(
  './waits.program.ts',
  import.meta.url,
)

const collecting = [process.execPath, '--expose-gc']

describe('waitForExit', () => {
  it('never takes a living process for dead when there is no descriptor left', async () => {
    const prefix = ['prlimit', '--nofile=200:200']
    const result = await programs.evaluate('waitWithoutDescriptors', [], { prefix })
    expect(result).toBe('ERR_TIMEOUT')
  })

  it('keeps nothing of the waits that were given up', async () => {
    const grown = await programs.evaluate('giveUpWaits', [], { node: collecting })
    expect(grown).toBeLessThan(1_000_000)
  })

  it('times out although a debugger holds the dead process', async () => {
    const outcome = await programs.evaluate('waitBehindDebugger', [])
    expect(outcome).toEqual({ held: 'ERR_TIMEOUT', signal: 'SIGKILL' })
  })

  it('leaves the loop free while children beget children', async () => {
    expect(await programs.evaluate('begetChildren', [])).toBeGreaterThan(5)
  })
})

describe('a child_process child whose spawn fails', () => {
  it('is not kept in memory', async () => {
    const grown = await programs.evaluate('failToSpawn', [], { node: collecting })
    expect(grown).toBeLessThan(500_000)
  })
})

describe('a pid that comes back', () => {
  it('as a child of child_process is the new one', async () => {
    const first = spawnChild('true')
    await once(first, 'exit')
    await expect(waitForExit(first.pid ?? 0)).rejects.toMatchObject({ code: 'ERR_NO_SUCH_PROCESS' })
    expect((await waitForExit(spawn('sh', ['-c', 'exit 3']).pid)).code).toBe(3)
  })
})

describe('pid1', () => {
  it('keeps its command line under a process title', async () => {
    const outcome = await run([pid1, '-s', '--', 'echo', 'hi'], {
      env: { NODE_OPTIONS: '--title=another' },
    })
    expect(outcome).toMatchObject({ code: 0, stdout: 'hi\n', stderr: '' })
  })
})
