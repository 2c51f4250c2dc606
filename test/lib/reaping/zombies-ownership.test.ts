import { describe, expect, it } from 'vitest'
import { evaluate } from '../../program.js'

// Whose dead children Zombies may reap. A mistake here makes someone's 'exit' event never come, and
// shows only when many die at once.

const prologue = `
  import { exec, execFile, spawn as nodeSpawn, spawnSync } from 'node:child_process'
  import { once } from 'node:events'
  import { Worker } from 'node:worker_threads'
  import { descendants, spawn, subreaper, Zombies } from 'sexton'
  import { dead, isZombie, orphans } from './test/fixtures/orphans.mjs'
  const say = (value) => console.log(JSON.stringify(value))
  const take = async (zombies, count) => {
    const taken = []
    while (taken.length < count) taken.push((await zombies.next()).value)
    return taken
  }
  const startWorker = (source, workerData = {}) => new Worker(
    new URL('data:text/javascript,' + encodeURIComponent(source)),
    { workerData: { ...workerData, sexton: import.meta.resolve('sexton') } },
  )
`
const inProgram = <T>(source: string) => evaluate<T>(prologue + source, { timeout: 15_000 })

describe('children of child_process', () => {
  it('are not touched: 64 of them die with 64 orphans', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(64, 7)
      const zombies = new Zombies()
      const taking = take(zombies, 64)
      const children = Array.from({ length: 64 }, (_, i) =>
        nodeSpawn('sh', ['-c', 'read x; exit ' + i], { stdio: ['pipe', 'ignore', 'inherit'] }))
      const exits = Promise.all(children.map((child) => once(child, 'exit')))
      for (const child of children) child.stdin.destroy()
      end()
      const codes = (await exits).map(([code]) => code)
      const taken = await taking
      say({
        codes: codes.every((code, i) => code === i),
        orphans: taken.every(({ pid, code }) => pids.includes(pid) && code === 7),
        left: descendants().length,
      })`)
    expect(result).toEqual({ codes: true, orphans: true, left: 0 })
  })

  it('are not touched however they are started, while orphans die in between', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(64, 7)
      const zombies = new Zombies()
      const taking = take(zombies, 64)
      const code = (error) => error.code
      const started = []
      for (let i = 0; i < 16; i += 1) {
        process.kill(pids[i], 'SIGKILL')
        started.push(
          once(nodeSpawn('sh', ['-c', 'exit 1']), 'exit').then(([code]) => code),
          new Promise((resolve) => exec('exit 2', (error) => resolve(code(error)))),
          new Promise((resolve) => execFile('sh', ['-c', 'exit 3'], (error) => resolve(code(error)))),
          spawn('sh', ['-c', 'exit 4']).exited.then(({ code }) => code),
          spawnSync('sh', ['-c', 'exit 5']).status,
        )
      }
      end()
      const codes = await Promise.all(started)
      await taking
      say([codes.every((code, i) => code === i % 5 + 1), descendants().length])`)
    expect(result).toEqual([true, 0])
  })

  it("of a worker are not touched either, nor sexton's in a worker", async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(32, 7)
      const taking = take(new Zombies(), 32)
      const worker = startWorker(\`
        import { once } from 'node:events'
        import { spawn as nodeSpawn } from 'node:child_process'
        import { parentPort, workerData } from 'node:worker_threads'
        const { spawn } = await import(workerData.sexton)
        const codes = Array.from({ length: 32 }, (_, i) => [
          once(nodeSpawn('sh', ['-c', 'exit ' + i]), 'exit').then(([code]) => code),
          spawn('sh', ['-c', 'exit ' + i]).exited.then(({ code }) => code),
        ])
        parentPort.postMessage('started')
        parentPort.postMessage(await Promise.all(codes.flat()))\`)
      await once(worker, 'message')
      end()
      const [codes] = await once(worker, 'message')
      const taken = await taking
      say([codes.every((code, i) => code === i >> 1), taken.every(({ code }) => code === 7)])`)
    expect(result).toEqual([true, true])
  })
})
