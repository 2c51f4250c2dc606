import { describe, expect, it } from 'vitest'
import { patience } from '../../pace.mjs'
import { evaluate } from '../../program.js'

// Adopted orphans need a subreaper, which this test process is not to become.

describe('an adopted orphan', () => {
  it('is waited for, and reaped', async () => {
    const result = await evaluate(`
      import { descendants, waitForExit } from 'sexton'
      import { orphans } from './test/fixtures/orphans.mjs'
      const { pids: [pid], end } = await orphans(1, 7)
      const waiting = waitForExit(pid, ${patience(10_000)})
      end()
      const { code, known, usage } = await waiting
      console.log(JSON.stringify({ code, known, used: usage !== undefined, left: descendants() }))
    `)
    expect(result).toEqual({ code: 7, known: true, used: true, left: [] })
  })

  it('is reaped also when it was dead before', async () => {
    const result = await evaluate(`
      import { descendants, waitForExit } from 'sexton'
      import { dead, orphans } from './test/fixtures/orphans.mjs'
      const { pids, end } = await orphans(3, 7)
      end()
      await dead(pids)
      const statuses = await Promise.all(pids.map((pid) => waitForExit(pid, 0)))
      console.log(JSON.stringify([statuses.map(({ code }) => code), descendants()]))
    `)
    expect(result).toEqual([[7, 7, 7], []])
  })

  it('answers every waiter, beside an open Zombies: 64 at once, twice each', async () => {
    const result = await evaluate(`
      import { waitForExit, Zombies } from 'sexton'
      import { orphans } from './test/fixtures/orphans.mjs'
      const { pids, end } = await orphans(64, 5)
      const zombies = new Zombies()
      const seen = []
      const reading = (async () => {
        for await (const { pid, code } of zombies) if (seen.push([pid, code]) === 64) break
      })()
      const waiting = [...pids, ...pids].map((pid) => waitForExit(pid, ${patience(10_000)}))
      end()
      const codes = (await Promise.all(waiting)).map(({ code }) => code)
      await reading
      console.log(JSON.stringify({
        codes: codes.filter((code) => code === 5).length,
        zombies: new Set(seen.filter(([, code]) => code === 5).map(([pid]) => pid)).size,
      }))
    `)
    expect(result).toEqual({ codes: 128, zombies: 64 })
  })

  it('stays a zombie in a worker, which may not reap, but learns its end', async () => {
    const worker = `
      import { parentPort, workerData } from 'node:worker_threads'
      const { waitForExit } = await import(workerData.sexton)
      const waiting = waitForExit(workerData.pid, ${patience(10_000)})
      parentPort.postMessage('waiting')
      parentPort.postMessage((await waiting).code)`
    const result = await evaluate(`
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      import { descendants } from 'sexton'
      import { orphans } from './test/fixtures/orphans.mjs'
      const { pids: [pid], end } = await orphans(1, 7)
      const workerData = { pid, sexton: import.meta.resolve('sexton') }
      const url = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)}))
      const worker = new Worker(url, { workerData })
      await once(worker, 'message')
      end()
      const [code] = await once(worker, 'message')
      console.log(JSON.stringify([code, descendants().map(({ state }) => state)]))
    `)
    expect(result).toEqual([7, ['Z']])
  })
})
