import { type ChildProcess, spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { openProcess, waitForExit } from '../../lib/index.js'
import { onWorkerExit } from '../../lib/reaping/workers.js'
import { evaluate } from '../program.js'

function start(): ChildProcess & { pid: number } {
  const child = spawn('sh', ['-c', 'read line; exit 5'], { stdio: ['pipe', 'ignore', 'ignore'] })
  return child as unknown as ChildProcess & { pid: number }
}

describe('A wait for a child of child_process', () => {
  it.each([
    ["removeAllListeners('exit')", (child: ChildProcess) => child.removeAllListeners('exit')],
    ['removeAllListeners()', (child: ChildProcess) => child.removeAllListeners()],
  ])('is told of the end after %s', async (_, remove) => {
    const child = start()
    const wait = waitForExit(child.pid)
    using handle = openProcess(child.pid)
    const { exited } = handle
    for (let i = 0; i < 3; i += 1) {
      remove(child)
      await null
    }
    child.stdin?.end()
    expect([(await wait).code, (await exited).code]).toEqual([5, 5])
    expect(child.listenerCount('exit') + child.listenerCount('removeListener')).toBe(0)
  })

  it('leaves no listener behind when it is given up', async () => {
    const child = start()
    await expect(waitForExit(child.pid, 1)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await null
    expect(child.listenerCount('exit') + child.listenerCount('removeListener')).toBe(0)
    child.stdin?.end()
    expect((await waitForExit(child.pid)).code).toBe(5)
  })

  const program = (listen: string, timeout: string) =>
    `
    import { spawn } from 'node:child_process'
    import { waitForExit } from 'sexton'
    const thrown = []
    process.on('uncaughtException', (error) => thrown.push(error.message))
    const bad = () => { throw new Error('boom') }
    const children = Array.from({ length: 40 }, () => spawn('sleep', ['0.2']))
    const waits = children.map((child) => {
      ${listen}
    })
    const results = await Promise.all(waits.map((wait) => wait.then(({ code }) => code, ({ code }) => code)))
    console.log(JSON.stringify({ results: [...new Set(results)], thrown: thrown.length }))`.replaceAll(
      'TIMEOUT',
      timeout,
    )

  it.each(['{}', '{ timeout: 60_000 }'])(
    'by %s is told of the end although an earlier listener throws',
    async (options) => {
      const listen = "child.on('exit', bad)\nreturn waitForExit(child.pid, TIMEOUT)"
      expect(await evaluate(program(listen, options))).toEqual({ results: [0], thrown: 40 })
    },
  )

  it('settles by its timeout when a listener that was put before it throws', async () => {
    const listen =
      "const wait = waitForExit(child.pid, TIMEOUT)\nchild.prependListener('exit', bad)\nreturn wait"
    const result = await evaluate(program(listen, '1_000'))
    expect(result).toEqual({ results: [0], thrown: 40 })
  })
})

describe('The end of a worker', () => {
  it('is told of although its listeners were removed', async () => {
    const worker = new Worker('0', { eval: true })
    const told = new Promise<void>((resolve) => onWorkerExit(resolve))
    worker.removeAllListeners('exit')
    await told
  })
})
