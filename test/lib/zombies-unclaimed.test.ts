import { describe, expect, it } from 'vitest'
import { evaluate } from '../program.js'

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
  const gone = async (pid) => {
    while (isZombie(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
    return 'gone'
  }
  const startWorker = (source, workerData = {}) => new Worker(
    new URL('data:text/javascript,' + encodeURIComponent(source)),
    { workerData: { ...workerData, sexton: import.meta.resolve('sexton') } },
  )
`
const inProgram = <T>(source: string) => evaluate<T>(prologue + source, { timeout: 15_000 })

describe('what nobody will ever wait for', () => {
  it('are children that died while their worker still lived, which no SIGCHLD tells of', async () => {
    const result = await inProgram<unknown[]>(`
      const worker = startWorker(\`
        import { spawn } from 'node:child_process'
        import { parentPort } from 'node:worker_threads'
        const { pid } = spawn('sh', ['-c', 'exit 6'])
        parentPort.postMessage(pid)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)\`)
      const [pid] = await once(worker, 'message')
      const zombies = new Zombies()
      const next = zombies.next()
      await dead([pid])
      await worker.terminate()
      // On its way out the worker's own loop may still get to it; else it is ours.
      const reaped = await Promise.race([next.then(({ value }) => value?.code), gone(pid)])
      zombies.close()
      say([reaped, descendants().length])`)
    expect([6, 'gone']).toContain(result[0])
    expect(result[1]).toBe(0)
  })

  it('are the children of a worker that was terminated', async () => {
    const result = await inProgram(`
      const worker = startWorker(\`
        import { spawn } from 'node:child_process'
        import { parentPort } from 'node:worker_threads'
        const pids = Array.from({ length: 8 }, () => spawn('cat').pid)
        parentPort.postMessage(pids)\`)
      const [pids] = await once(worker, 'message')
      const zombies = new Zombies()
      const taking = take(zombies, 8)
      await worker.terminate()
      for (const pid of pids) try { process.kill(pid, 'SIGKILL') } catch {}
      const taken = (await taking).map(({ pid }) => pid)
      say([pids.every((pid) => taken.includes(pid)), descendants().length])`)
    expect(result).toEqual([true, 0])
  })

  it('are the children of sexton in a worker that was terminated', async () => {
    const result = await inProgram(`
      const worker = startWorker(\`
        import { parentPort, workerData } from 'node:worker_threads'
        const { spawn } = await import(workerData.sexton)
        const children = Array.from({ length: 8 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
        parentPort.postMessage(children.map(({ pid }) => pid))\`)
      const [pids] = await once(worker, 'message')
      const taking = take(new Zombies(), 8)
      await worker.terminate()
      for (const pid of pids) try { process.kill(pid, 'SIGKILL') } catch {}
      const taken = (await taking).map(({ pid }) => pid)
      say([pids.every((pid) => taken.includes(pid)), descendants().length])`)
    expect(result).toEqual([true, 0])
  })

  it('is certain only after a second where another addon is loaded', async () => {
    const result = await inProgram<{ waited: number; code: number; left: number }>(`
      const { default: addon } = await import('node-gyp-build')
      const { copyFileSync, mkdtempSync, rmSync } = await import('node:fs')
      const { join } = await import('node:path')
      const directory = mkdtempSync(join((await import('node:os')).tmpdir(), 'sexton-foreign-'))
      copyFileSync(addon.path(process.cwd()), join(directory, 'foreign.node'))
      process.dlopen({ exports: {} }, join(directory, 'foreign.node'))
      rmSync(directory, { recursive: true })
      const { pids, end } = await orphans(1, 7)
      end()
      await dead(pids)
      const start = performance.now()
      const { value } = await new Zombies().next()
      say({ waited: performance.now() - start, code: value.code, left: descendants().length })`)
    expect(result).toMatchObject({ code: 7, left: 0 })
    expect(result.waited).toBeGreaterThanOrEqual(950)
  })

  it('is certain at once where there is none', async () => {
    const waited = await inProgram<number>(`
      const { pids, end } = await orphans(1, 7)
      end()
      await dead(pids)
      const start = performance.now()
      await new Zombies().next()
      say(performance.now() - start)`)
    expect(waited).toBeLessThan(800)
  })
})

describe('a worker', () => {
  it.each(['adopted', 'all'])("cannot have Zombies, of scope '%s' neither", async (scope) => {
    const result = await inProgram(`
      const worker = startWorker(\`
        import { parentPort, workerData } from 'node:worker_threads'
        const { Zombies } = await import(workerData.sexton)
        try { new Zombies({ scope: '${scope}' }) } catch ({ name, code }) {
          parentPort.postMessage([name, code])
        }\`)
      say((await once(worker, 'message'))[0])`)
    expect(result).toEqual(['SextonError', 'ERR_UNSUPPORTED'])
  })
})
