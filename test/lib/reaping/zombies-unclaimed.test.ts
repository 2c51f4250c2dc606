import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../compile.js'
import { patience } from '../../pace.mjs'
import { asPid1, evaluate, evaluating, nodeWithInit, run } from '../../program.js'

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
const inProgram = <T>(
  source: string,
  env: Record<string, string> = {},
  prefix: readonly string[] = [],
) => evaluate<T>(prologue + source, { timeout: 15_000, env, prefix })

const loaded = `
  const { loadForeignAddon } = await import('./test/fixtures/foreign-addon.mjs')
  loadForeignAddon()`

/** A dead orphan, that may as well be the other addon's. */
const unowned = `${loaded}
  const { pids, end } = await orphans(1, 7)
  end()
  await dead(pids)`

describe('what nobody will ever wait for', () => {
  it('are children that died before their worker, without a SIGCHLD', async () => {
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

  it.each([
    ['by default after a second', {}, 950, 5000],
    ['after SEXTON_FOREIGN_CHILD_DELAY', { SEXTON_FOREIGN_CHILD_DELAY: '200' }, 190, 900],
    ['at once by SEXTON_FOREIGN_CHILD_DELAY=0', { SEXTON_FOREIGN_CHILD_DELAY: '0' }, 0, 800],
  ])('is certain only later where another addon is loaded: %s', async (_, env, least, most) => {
    const result = await inProgram<{ waited: number; code: number; left: number }>(
      `${unowned}
      const start = performance.now()
      const { value } = await new Zombies().next()
      say({ waited: performance.now() - start, code: value.code, left: descendants().length })`,
      env,
    )
    expect(result).toMatchObject({ code: 7, left: 0 })
    expect(result.waited).toBeGreaterThanOrEqual(least)
    expect(result.waited).toBeLessThan(patience(most))
  })

  it('is never certain beside an addon with an infinite delay', async () => {
    const zombies = await inProgram(
      `${unowned}
      new Zombies().next()
      const sleeper = nodeSpawn('sleep', ['1.2'])
      await once(sleeper, 'exit')
      say(pids.filter(isZombie).length)
      process.exit()`,
      { SEXTON_FOREIGN_CHILD_DELAY: 'Infinity' },
    )
    expect(zombies).toBe(1)
  })

  it('waits without a spin where it never is', async () => {
    const result = await inProgram<{ warnings: number; cpu: number }>(
      `${unowned}
      let warnings = 0
      process.on('warning', () => { warnings += 1 })
      const { waitForExit } = await import('sexton')
      await waitForExit(pids[0])
      new Zombies().next()
      const before = process.cpuUsage()
      await once(nodeSpawn('sleep', ['1']), 'exit')
      const { user, system } = process.cpuUsage(before)
      say({ warnings, cpu: (user + system) / 1e6 })
      process.exit()`,
      { SEXTON_FOREIGN_CHILD_DELAY: 'Infinity' },
    )
    expect(result.warnings).toBe(0)
    expect(result.cpu).toBeLessThan(0.5)
  })

  // libuv would take it, if it were its own, in a turn of the loop.
  it('is certain after a second if it was there before, at delay 0 too', async () => {
    const result = await inProgram<{ waited: number; signal: string; cpu: number }>(
      `
      const { readTaskChildren } = await import('./dist/system/proc.js')
      const [pid] = readTaskChildren(process.pid, process.pid)
      process.kill(pid, 'SIGKILL')
      await dead([pid])
      const [start, before] = [performance.now(), process.cpuUsage()]
      const { value } = await new Zombies().next()
      const { user, system } = process.cpuUsage(before)
      const waited = performance.now() - start
      say({ waited, signal: value.signal, cpu: (user + system) / 1000 / waited })`,
      { SEXTON_FOREIGN_CHILD_DELAY: '0' },
      ['sh', '-c', 'sleep 1000 > /dev/null 2>&1 & exec "$@"', 'sh'],
    )
    expect(result.signal).toBe('SIGKILL')
    expect(result.waited).toBeGreaterThan(950)
    expect(result.cpu).toBeLessThan(0.3) // it does not spin
  })

  // Each copy would take the other's children for orphans.
  it('is certain later if a second copy has loaded the same addon', async () => {
    const result = await inProgram<number>(`
      const { cpSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync } = await import('node:fs')
      const { default: addon } = await import('node-gyp-build')
      const copy = mkdtempSync(process.cwd() + '/build/copy-')
      mkdirSync(copy + '/build/Release', { recursive: true })
      cpSync('dist', copy + '/dist', { recursive: true })
      copyFileSync('package.json', copy + '/package.json')
      linkSync(addon.path(process.cwd()), copy + '/build/Release/sexton.node')
      const other = await import(copy + '/dist/index.js')
      rmSync(copy, { recursive: true })
      const zombies = new Zombies()
      zombies.next()
      const busy = setInterval(() => { for (const end = Date.now() + 3; Date.now() < end;); }, 4)
      const children = Array.from({ length: 100 }, (_, i) => other.spawn('sh', ['-c', 'sleep 0.' + (i % 5)]))
      const ended = await Promise.all(children.map((child) => child.exited))
      clearInterval(busy)
      zombies.close()
      say(ended.filter(({ known }) => !known).length)`)
    expect(result).toBe(0)
  })

  // The other addon's thread stood still as well, and may not have had a chance since.
  it('does not count the time in which this process stood still', async () => {
    const result = await inProgram<{ stopped: number; waited: number }>(
      `${unowned}
      const { init } = await import('sexton/init')
      const zombies = new Zombies()
      const next = zombies.next()
      while (init.stats().pending === 0) await new Promise(setImmediate)
      const before = performance.now()
      const stopper = nodeSpawn('sh', ['-c', 'kill -STOP $PPID; sleep 3; kill -CONT $PPID'])
      await once(stopper, 'exit')
      const after = performance.now()
      await next
      say({ stopped: after - before, waited: performance.now() - after })`,
      { SEXTON_FOREIGN_CHILD_DELAY: '2000' },
    )
    expect(result.stopped).toBeGreaterThan(2500)
    // Of 2000 ms the stop counts as one look of two.
    expect(result.waited).toBeGreaterThan(900)
  })

  it('is certain at once where there is none', async () => {
    const waited = await inProgram<number>(`
      const { pids, end } = await orphans(1, 7)
      end()
      await dead(pids)
      const start = performance.now()
      await new Zombies().next()
      say(performance.now() - start)`)
    expect(waited).toBeLessThan(patience(800))
  })
})

describe('where the kernel does not list the children of a thread', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-children-'))
  const library = join(directory, 'no-proc-children.so')
  beforeAll(() => compile('test/fixtures/no-proc-children.c', library, '-shared', '-fPIC'))
  afterAll(() => rmSync(directory, { recursive: true }))

  it('they are found in /proc: a zombie that is left alone hides none', async () => {
    const result = await inProgram(
      `
      import { readTaskChildren } from './dist/system/proc.js'
      import { init } from 'sexton/init'
      // The eldest is dead and is left to libuv, which has no chance to look: the kernel names it first.
      const { end } = await orphans(16, 7)
      const eldest = nodeSpawn('sleep', ['1000'])
      ${loaded}
      end()
      const exit = once(eldest, 'exit')
      eldest.kill('SIGKILL')
      const [, signal] = await exit
      const deadline = Date.now() + ${patience(5000)}
      while (init.stats().reaped < 16 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      say([readTaskChildren(process.pid, process.pid) ?? 'not listed', signal, init.stats().reaped,
        descendants().length])`,
      { LD_PRELOAD: library, SEXTON_FOREIGN_CHILD_DELAY: '200' },
    )
    expect(result).toEqual(['not listed', 'SIGKILL', 16, 0])
  })

  it.each([
    ['', { LD_PRELOAD: library }],
    [', nor where no time of grace is asked for', { SEXTON_FOREIGN_CHILD_DELAY: '0' }],
  ])('children from before sexton was loaded are not taken from libuv%s', async (_, env) => {
    const outcome = await run(
      [
        process.execPath,
        ...evaluating(`
          import { spawn } from 'node:child_process'
          const exits = Array.from({ length: 64 }, (_, i) => new Promise((resolve) =>
            spawn('sh', ['-c', 'sleep 0.' + (i % 10) + '; exit ' + i]).on('exit', resolve)))
          const { init } = await import('sexton/init')
          const busy = setInterval(() => { for (const end = Date.now() + 3; Date.now() < end;); }, 4)
          const codes = await Promise.all(exits)
          clearInterval(busy)
          console.log(codes.every((code, i) => code === i), init.stats().reaped)`),
      ],
      { env, timeout: 10_000 },
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'true 0\n' })
  })

  it('descendants are found, too', async () => {
    const result = await inProgram(
      `
      const child = nodeSpawn('sh', ['-c', 'sleep 1000 & echo; wait'])
      await once(child.stdout, 'data')
      const found = descendants()
      for (const { pid } of found.reverse()) process.kill(pid, 'SIGKILL')
      await once(child, 'exit')
      say([found.length, found.every(({ ppid }, i) => ppid === (found[i + 1]?.pid ?? process.pid))])`,
      { LD_PRELOAD: library },
    )
    expect(result).toEqual([2, true])
  })
})

it('Where /proc is of another PID namespace, orphans are reaped one by one', async () => {
  const outcome = await run(
    [
      ...nodeWithInit,
      ...evaluating(`
        import { spawn } from 'node:child_process'
        import { init } from 'sexton/init'
        import { loadForeignAddon } from './test/fixtures/foreign-addon.mjs'
        loadForeignAddon()
        spawn('sh', ['-c', 'for i in 1 2 3 4 5; do sleep 0.2 & done; exit 0'], { stdio: 'ignore' })
        const end = Date.now() + ${patience(8000)}
        while (init.stats().reaped < 5 && Date.now() < end) await new Promise((go) => setTimeout(go, 20))
        console.log(init.stats().reaped)
        process.exit()`),
    ],
    {
      prefix: asPid1.filter((word) => word !== '--mount-proc'),
      env: { SEXTON_FOREIGN_CHILD_DELAY: '200' },
    },
  )
  expect(outcome).toMatchObject({ code: 0, stdout: '5\n' })
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
