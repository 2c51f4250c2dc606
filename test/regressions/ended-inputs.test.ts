import type { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../lib/index.js'
import { evaluate } from '../program.js'

const program = (end: string) => `
  import { spawn } from 'sexton'
  const thrown = []
  process.on('uncaughtException', (error) => thrown.push(error.code))
  const one = async () => {
    const abort = new AbortController()
    const options = { stdio: ['pipe', 'pipe', 'pipe', 'writable'], signal: abort.signal }
    ${end}
  }
  const child = (options) => {
    const child = spawn('sleep', ['60'], options)
    child.stdin.write(Buffer.alloc(1e6))
    child.stdio[3].write(Buffer.alloc(1e6))
    return child
  }
  await Promise.all(Array.from({ length: 40 }, one))
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  console.log(JSON.stringify(thrown))`

describe('A write to a child that sexton ends', () => {
  it.each([
    [
      'by leaving its scope',
      'const c = child(options)\nawait new Promise((resolve) => setTimeout(resolve, 20))\nawait c[Symbol.asyncDispose]()',
    ],
    [
      'by an aborted signal',
      'const c = child(options)\nawait new Promise((resolve) => setTimeout(resolve, 20))\nabort.abort()\nawait c.exited',
    ],
    ['by its timeout', 'await child({ ...options, timeout: 20 }).exited'],
    [
      'and that is looked at later',
      `const c = spawn('sleep', ['60'], options)
      abort.abort()
      c.stdin.write(Buffer.alloc(1e6))
      c.stdio[3].write(Buffer.alloc(1e6))
      await c.exited`,
    ],
  ])('%s is no uncaught exception', async (_, end) => {
    expect(await evaluate(program(end))).toEqual([])
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
