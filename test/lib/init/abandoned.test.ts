import { describe, expect, it } from 'vitest'
import { evaluate, evaluating, nodeWithInit, run } from '../../program.js'

// Children of child_process whose libuv asks no more: Node itself leaves them as zombies for as long as
// the process lives (nodejs/node#46569, libuv/libuv#1911).

const prologue = `
  import { spawn } from 'node:child_process'
  import { once } from 'node:events'
  import { subscribe } from 'node:diagnostics_channel'
  import { Worker } from 'node:worker_threads'
  import { loadForeignAddon } from './test/fixtures/foreign-addon.mjs'
  import { becomes, zombies } from './test/soak/fixtures/proc.mjs'
  const say = (value) => console.log(JSON.stringify(value))
  const startWorker = (source) => new Worker(
    new URL('data:text/javascript,' + encodeURIComponent(source)))
  // A worker that has the same children in the end, however it comes to its own.
  const inWorker = (end) => startWorker(\`
    import { spawn } from 'node:child_process'
    import { parentPort } from 'node:worker_threads'
    const children = Array.from({ length: 70 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
    parentPort.postMessage(children.map(({ pid }) => pid))
    \${end}\`)
  const kill = (pids) => { for (const pid of pids) process.kill(pid, 'SIGKILL') }
  const reaped = async (count) => {
    const { init } = await import('sexton/init')
    await becomes(() => init.stats().reaped >= count)
    return { ...init.stats(), left: zombies().length }
  }
`
const inProgram = <T>(source: string, node = nodeWithInit) =>
  evaluate<T>(prologue + source, { node, timeout: 20_000 })

const all = { reaped: 70, adopted: 0, abandoned: 70, pending: 0, left: 0 }

const ends: [string, string][] = [
  ['that was terminated', 'setInterval(() => {}, 1000)'],
  ['that was terminated in a loop right after the births', 'for (;;);'],
  [
    'that was terminated while it was blocked',
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  ],
]

describe('The children of a worker', () => {
  it.each(ends)('%s are reaped when they die', async (_, end) => {
    const result = await inProgram(`
      const worker = inWorker(${JSON.stringify(end)})
      const [pids] = await once(worker, 'message')
      await worker.terminate()
      kill(pids)
      say(await reaped(70))`)
    expect(result).toEqual(all)
  })

  it('that has ended by itself, and did not wait for them, are, too', async () => {
    const result = await inProgram(`
      const worker = inWorker('for (const child of children) child.unref()')
      const [[pids]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
      kill(pids)
      say(await reaped(70))`)
    expect(result).toEqual(all)
  })

  it('that died before it was terminated are, too: of those no SIGCHLD tells', async () => {
    const result = await inProgram<{ reaped: number; left: number }>(`
      const worker = inWorker('for (;;);')
      const [pids] = await once(worker, 'message')
      kill(pids)
      await becomes(() => zombies().length === 70)
      await worker.terminate()
      // On its way out its own loop may still get to some of them.
      await becomes(() => zombies().length === 0)
      say({ left: zombies().length })`)
    expect(result).toEqual({ left: 0 })
  })

  it('of a worker’s worker are, too', async () => {
    const result = await inProgram(`
      const worker = startWorker(\`
        import { Worker, parentPort } from 'node:worker_threads'
        import { once } from 'node:events'
        const inner = new Worker(
          "import { parentPort } from 'node:worker_threads';" +
          "import { spawn } from 'node:child_process';" +
          "parentPort.postMessage(spawn('sleep', ['1000']).pid);" +
          "setInterval(() => {}, 1000)", { eval: true })
        const [pid] = await once(inner, 'message')
        parentPort.postMessage(pid)
        setInterval(() => {}, 1000)\`)
      const [pid] = await once(worker, 'message')
      await worker.terminate()
      kill([pid])
      say(await reaped(1))`)
    expect(result).toEqual({ ...all, reaped: 1, abandoned: 1 })
  })

  it('of a worker’s worker that ended among dead ones are, although no SIGCHLD tells of it', async () => {
    const left = await inProgram(`
      const worker = startWorker(\`
        import { Worker, parentPort } from 'node:worker_threads'
        import { once } from 'node:events'
        const inner = new Worker(
          "import { parentPort } from 'node:worker_threads';" +
          "import { spawn } from 'node:child_process';" +
          "for (let i = 0; i < 20; i += 1) spawn('true', { stdio: 'ignore' });" +
          "parentPort.postMessage(0);" +
          "for (;;);", { eval: true })
        await once(inner, 'message')
        parentPort.once('message', async () => { await inner.terminate(); parentPort.postMessage(0) })
        setInterval(() => {}, 1000)\`)
      await becomes(() => zombies().length === 20)
      worker.postMessage(0)
      await once(worker, 'message')
      await becomes(() => zombies().length === 0, 3000)
      say(zombies().length)
      process.exit()`)
    expect(left).toBe(0)
  })

  it('are started where /proc cannot be read, too', async () => {
    const outcome = await run(
      [
        ...nodeWithInit,
        ...evaluating(`
          import { once } from 'node:events'
          import { Worker } from 'node:worker_threads'
          const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(\`
            import { spawn } from 'node:child_process'
            import { parentPort } from 'node:worker_threads'
            spawn('true').on('exit', (code) => parentPort.postMessage(code))\`)))
          console.log((await once(worker, 'message'))[0])`),
      ],
      {
        prefix: ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'],
      },
    )
    expect(outcome).toMatchObject({ code: 0, stdout: '0\n', stderr: '' })
  })

  it('are not waited for longer where another addon is loaded: they were child_process’s', async () => {
    const result = await inProgram<{ reaped: number; left: number; pending: number }>(`
      loadForeignAddon()
      const { init } = await import('sexton/init')
      init({ foreignChildDelay: 3_600_000 })
      const worker = inWorker('for (;;);')
      const [pids] = await once(worker, 'message')
      await worker.terminate()
      kill(pids)
      say(await reaped(70))`)
    expect(result).toEqual(all)
  })

  it('count as adopted if the worker does not load sexton/init', async () => {
    const result = await inProgram(
      `
      await import('sexton/init')
      const worker = inWorker('for (;;);')
      const [pids] = await once(worker, 'message')
      await worker.terminate()
      kill(pids)
      say(await reaped(70))`,
      [process.execPath],
    )
    expect(result).toEqual({ ...all, adopted: 70, abandoned: 0 })
  })

  it('stay zombies without sexton/init: that is the problem', async () => {
    const left = await inProgram(
      `
      const worker = inWorker('for (;;);')
      const [pids] = await once(worker, 'message')
      await worker.terminate()
      kill(pids)
      await becomes(() => zombies().length === 70)
      const died = performance.now()
      while (performance.now() - died < 1500) await new Promise((resolve) => setTimeout(resolve, 50))
      say(zombies().length)`,
      [process.execPath],
    )
    expect(left).toBe(70)
  })

  it('of a worker that lives get their exit event, and leave no note behind', async () => {
    const result = await inProgram(`
      const { init } = await import('sexton/init')
      const worker = startWorker(\`
        import { once } from 'node:events'
        import { spawn } from 'node:child_process'
        import { parentPort } from 'node:worker_threads'
        const codes = []
        for (let round = 0; round < 5; round += 1) {
          const children = Array.from({ length: 70 }, (_, i) => spawn('sh', ['-c', 'exit ' + i]))
          const exits = await Promise.all(children.map((child) => once(child, 'exit')))
          codes.push(...exits.map(([code]) => code))
        }
        const { pid, ...rest } = Object.getOwnPropertyDescriptor(spawn('true'), 'pid')
        const failed = spawn('sexton-no-such-program')
        await once(failed, 'error')
        parentPort.postMessage([codes.every((code, i) => code === i % 70), rest.writable, failed.pid ?? null])\`)
      const [told] = await once(worker, 'message')
      say([told, init.stats().reaped])`)
    expect(result).toEqual([[true, true, null], 0])
  })
})

describe('A child whose handle was closed early', () => {
  const closing = (count: number) => `
    const children = Array.from({ length: ${count} }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
    const pids = children.map(({ pid }) => pid)
    for (const child of children) child._handle.close()`

  it.each([
    ['', ''],
    [', where another addon is loaded, too', 'loadForeignAddon()'],
  ])('is reaped when it dies%s', async (_, before) => {
    const result = await inProgram(`
      ${before}
      ${closing(70)}
      kill(pids)
      say(await reaped(70))`)
    expect(result).toEqual(all)
  })

  it.each([
    ['closed before the wait', 'setTimeout(wait, 50)'],
    ['closed just before the wait', 'wait()'],
    ['closed during the wait', 'opened = false; wait()'],
  ])('can be waited for: %s', async (_, start) => {
    const result = await inProgram(`
      import { waitForExit } from 'sexton'
      const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
      let opened = true
      const wait = async () => {
        const waiting = waitForExit(child.pid, 2000)
        child._handle.close()
        kill([child.pid])
        say((await waiting).signal)
      }
      ${start}
      if (opened) child._handle.close()`)
    expect(result).toBe('SIGKILL')
  })

  it('is not one that is only unreferenced', async () => {
    const result = await inProgram(`
      const { init } = await import('sexton/init')
      const children = Array.from({ length: 70 }, (_, i) => spawn('sh', ['-c', 'read x; exit ' + i]))
      const exits = Promise.all(children.map((child) => once(child, 'exit')))
      for (const child of children) child.unref()
      for (const child of children) child.stdin.destroy()
      const keepAlive = setInterval(() => {}, 1000) // their pipes may close before their ends are told of
      const codes = (await exits).map(([code]) => code)
      clearInterval(keepAlive)
      say([codes.every((code, i) => code === i), init.stats().reaped])`)
    expect(result).toEqual([true, 0])
  })
})
