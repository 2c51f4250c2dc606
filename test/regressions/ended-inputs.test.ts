import type { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../lib/index.js'
import { readStat } from '../../lib/system/proc.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./ended-inputs.program.js')>(
  './ended-inputs.program.ts',
  import.meta.url,
)

/** Blocks the loop until a child is dead, and then until the `poll` back-end looks before the loop polls. */
function blockUntilLooked(pid: number): void {
  while (readStat(pid)?.state !== 'Z');
  const dead = performance.now()
  while (performance.now() - dead < 100);
}

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

describe('A write to a child that has ended', () => {
  it('tells a listener although the exit is noticed first', async () => {
    const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', 'writable'] })
    const input = child.stdio[3] as Writable
    const told = new Promise((resolve) => input.once('error', resolve))
    const closed = new Promise((resolve) => input.once('close', () => resolve('closed quietly')))
    input.write(Buffer.alloc(1_000_000))
    await new Promise((resolve) => setImmediate(resolve))
    child.kill('SIGKILL')
    blockUntilLooked(child.pid)
    expect(await Promise.race([told, closed])).toMatchObject({ code: 'EPIPE' })
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
