import { describe, expect, it } from 'vitest'
import { waitForExit } from '../../../lib/index.js'
import { patience } from '../../pace.mjs'
import { evaluate } from '../../program.js'
import { Dialogue } from '../dialogue.js'

// What keeps a program running: a wait that someone awaits, and nothing else.

describe('the event loop', () => {
  it.each([
    ["sexton's child", 'spawn("sleep", ["0.3"], { stdio: "ignore" }).pid'],
    ["child_process's unreferenced child", 'unreferenced()'],
  ])('goes on for who awaits the end of %s', async (_, pid) => {
    const status = await evaluate(`
      import { spawn as nodeSpawn } from 'node:child_process'
      import { spawn, waitForExit } from 'sexton'
      function unreferenced() {
        const child = nodeSpawn('sleep', ['0.3'], { stdio: 'ignore' })
        child.unref()
        return child.pid
      }
      console.log(JSON.stringify(await waitForExit(${pid})))
    `)
    expect(status).toMatchObject({ code: 0, known: true })
  })

  it('goes on for who awaits a stranger', async () => {
    await using stranger = new Dialogue(['cat'])
    await using waiter = Dialogue.withNode(`
      import { waitForExit } from 'sexton'
      const waiting = waitForExit(${stranger.pid})
      console.log('waiting')
      console.log((await waiting).pid)
    `)
    expect(await waiter.line()).toBe('waiting')
    stranger.stdin.end()
    expect(await waiter.line()).toBe(String(stranger.pid))
    expect(await waiter.end()).toBe(0)
  })

  it.each([
    ['a child that no one awaits', 'const child = spawn("sleep", ["1000"], { stdio: "ignore" })'],
    ['a child with pipes that no one reads', 'const child = spawn("sleep", ["1000"])'],
    [
      'a timeout and an abort signal of such a child',
      `const { signal } = new AbortController()
       const child = spawn("sleep", ["1000"], { timeout: 60_000, signal })`,
    ],
    ['a handle that no one awaits', `const child = openProcess(spawn("sleep", ["1000"]).pid)`],
    [
      'a wait that was aborted',
      `const child = spawn("sleep", ["1000"])
       const controller = new AbortController()
       const wait = waitForExit(child.pid, { signal: controller.signal, timeout: 60_000 })
       controller.abort()
       await wait.catch(() => {})`,
    ],
    [
      'a wait that timed out',
      `const child = spawn("sleep", ["1000"])
       await waitForExit(child.pid, 10).catch(() => {})`,
    ],
    [
      'a wait for a stranger that timed out',
      `const child = spawn("sleep", ["1000"])
       await waitForExit(process.ppid, 10).catch(() => {})`,
    ],
    [
      'open iterators',
      'const child = spawn("sleep", ["1000"]); new Zombies(); new Signals(["SIGHUP"])',
    ],
  ])('ends in spite of %s', async (_, code) => {
    const start = performance.now()
    const pid = await evaluate<number>(`
      import { openProcess, Signals, spawn, waitForExit, Zombies } from 'sexton'
      ${code}
      console.log(JSON.stringify(child.pid))
    `)
    // It ran on without its parent. Whoever adopted it reaps it.
    await waitForExit(pid, { timeout: 0, onTimeout: 'kill' })
    expect(performance.now() - start).toBeLessThan(patience(20_000))
  })
})
