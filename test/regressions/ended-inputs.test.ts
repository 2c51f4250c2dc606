import type { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../lib/index.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./ended-inputs.program.js')>(
  './ended-inputs.program.ts',
  import.meta.url,
)

describe('A write to a child that sexton ends', () => {
  it.each([
    'by leaving its scope',
    'by an aborted signal',
    'by its timeout',
    'and that is looked at later',
  ] as const)('%s is no uncaught exception', async (end) => {
    expect(await programs.evaluate('endFilled', [end])).toEqual([])
  })

  it('still tells a listener', async () => {
    const options: SpawnOptions = { stdio: ['ignore', 'ignore', 'ignore', 'writable'] }
    const child = spawn('sleep', ['60'], { ...options, timeout: 20 })
    const input = child.stdio[3] as Writable
    const told = new Promise((resolve) => input.once('error', resolve))
    input.write(Buffer.alloc(1_000_000))
    expect(await told).toMatchObject({ code: 'EPIPE' })
    await child.exited
  })
})

describe('Leaving the scope of a child', () => {
  it('lets one that heeds no TERM see the end of its input', async () => {
    const child = spawn('sh', ['-c', 'trap "" TERM; echo on; read line; exit 3'], {
      grace: Number.POSITIVE_INFINITY,
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await child[Symbol.asyncDispose]()
    expect(child.status?.code).toBe(3)
    expect([child.stdin.destroyed, child.stdout.destroyed]).toEqual([true, true])
  })
})
