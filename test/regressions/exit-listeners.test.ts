import { type ChildProcess, spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { openProcess, waitForExit } from '../../lib/index.js'
import { onWorkerExit } from '../../lib/reaping/workers.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./exit-listeners.program.js')>(
  './exit-listeners.program.ts',
  import.meta.url,
)

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

  const all = { results: [0], thrown: 40 }

  it.each([[], [60_000]])(
    'is told of the end although an earlier listener throws (timeout: %s)',
    async (...timeout) => {
      const result = await programs.evaluate('waitBesideBadListener', [
        'after a listener',
        ...timeout,
      ])
      expect(result).toEqual(all)
    },
  )

  it('settles by its timeout when a listener that was put before it throws', async () => {
    const result = await programs.evaluate('waitBesideBadListener', ['before a listener', 1_000])
    expect(result).toEqual(all)
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
