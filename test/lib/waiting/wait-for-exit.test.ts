import { exec, execFile, fork, spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { spawn, waitForExit } from '../../../lib/index.js'
import { patience } from '../../pace.mjs'
import { root } from '../../program.js'

const ENOUGH = patience(10_000)

describe("a child of sexton's spawn", () => {
  it('is waited for, and keeps its own promise', async () => {
    const child = spawn('sh', ['-c', 'exit 7'])
    const status = await waitForExit(child.pid, ENOUGH)
    expect(status).toMatchObject({ pid: child.pid, code: 7, signal: null, known: true })
    expect(status.usage?.maxRSS).toBeGreaterThan(0)
    expect(await child.exited).toBe(status)
  })

  it('tells the signal that ended it', async () => {
    const child = spawn('cat')
    child.kill('SIGUSR1')
    expect(await waitForExit(child.pid, ENOUGH)).toMatchObject({ code: null, signal: 'SIGUSR1' })
  })

  it('answers several waiters at once', async () => {
    const child = spawn('cat')
    const waiting = Array.from({ length: 10 }, () => waitForExit(child.pid, ENOUGH))
    child.stdin?.end()
    const codes = (await Promise.all(waiting)).map(({ code }) => code)
    expect(codes).toEqual(Array(10).fill(0))
  })
})

describe('a child that ends at once', () => {
  it('can be waited for in the turn of its birth, not yet reaped', async () => {
    const waiting: Promise<unknown>[] = []
    for (let i = 0; i < 100; i += 1) {
      const { pid } = spawn('true', [], { stdio: 'ignore' })
      waiting.push(
        waitForExit(pid, ENOUGH).then(
          ({ code }) => code,
          ({ code }) => code,
        ),
      )
    }
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([0]))
  })
})

describe('a child of child_process', () => {
  it('by spawn keeps its exit event, before and after', async () => {
    const child = nodeSpawn('sh', ['-c', 'exit 9'])
    const exit = once(child, 'exit')
    expect(await waitForExit(child.pid as number, ENOUGH)).toMatchObject({ code: 9, known: true })
    expect(await exit).toEqual([9, null])
  })

  it('by spawn tells the signal that ended it', async () => {
    const child = nodeSpawn('cat')
    child.kill('SIGUSR2')
    const status = await waitForExit(child.pid as number, ENOUGH)
    expect(status).toMatchObject({ code: null, signal: 'SIGUSR2' })
  })

  it('by exec', async () => {
    const child = exec('exit 5')
    const ended = once(child, 'exit')
    expect((await waitForExit(child.pid as number, ENOUGH)).code).toBe(5)
    expect(await ended).toEqual([5, null])
  })

  it('by execFile', async () => {
    const child = execFile('sh', ['-c', 'echo out; exit 6'])
    const ended = once(child, 'close')
    expect((await waitForExit(child.pid as number, ENOUGH)).code).toBe(6)
    expect(await ended).toEqual([6, null])
  })

  it('by fork', async () => {
    const child = fork('-e', ['process.exit(4)'], { cwd: root, execArgv: [] })
    child.kill('SIGKILL')
    const status = await waitForExit(child.pid as number, ENOUGH)
    expect(status.signal).toBe('SIGKILL')
  })

  it('may be dead before anyone looks', async () => {
    const child = nodeSpawn('sh', ['-c', 'exit 3'])
    block(150)
    expect(await waitForExit(child.pid as number, ENOUGH)).toMatchObject({ code: 3, known: true })
  })
})

describe('many at once', () => {
  it('get each their own status: 64 of each kind', async () => {
    const numbers = Array.from({ length: 64 }, (_, i) => i)
    const own = numbers.map((i) => spawn('sh', ['-c', `read x; exit ${i}`]))
    const nodes = numbers.map((i) => nodeSpawn('sh', ['-c', `read x; exit ${i + 100}`]))
    const exits = nodes.map((child) => once(child, 'exit'))
    const waiting = [...own, ...nodes].map(({ pid }) => waitForExit(pid as number, ENOUGH))
    for (const child of [...own, ...nodes]) child.stdin?.end()
    const codes = (await Promise.all(waiting)).map(({ code }) => code)
    expect(codes).toEqual([...numbers, ...numbers.map((i) => i + 100)])
    const events = (await Promise.all(exits)).map(([code]) => code)
    expect(events).toEqual(numbers.map((i) => i + 100))
  })

  it('that die while the loop is blocked are all seen', async () => {
    const children = Array.from({ length: 64 }, () => spawn('cat'))
    const waiting = children.map(({ pid }) => waitForExit(pid, ENOUGH))
    for (const child of children) child.kill('SIGTERM')
    block(200)
    const signals = (await Promise.all(waiting)).map(({ signal }) => signal)
    expect(signals).toEqual(Array(64).fill('SIGTERM'))
  })
})

/** Holds the event loop. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
