import { describe, expect, it } from 'vitest'
import { run } from '../../program.js'

// The end of a program, or of a worker, while children die: their news come when no JavaScript can run
// any more.

const prologue = `
  import { once } from 'node:events'
  import { Worker } from 'node:worker_threads'
  import { openProcess, Signals, spawn, waitForExit, Zombies } from 'sexton'
  const startWorker = (source) => new Worker(
    new URL('data:text/javascript,' + encodeURIComponent(source)),
    { workerData: import.meta.resolve('sexton') },
  )
`

const runProgram = (source: string) =>
  run([process.execPath, '--input-type=module', '--eval', prologue + source])

const clean = { code: 0, signal: null, stderr: '' }

describe('a program that ends', () => {
  it.each([
    ['children it has just killed', 'child().kill("SIGKILL")'],
    ['children it has just killed and waits for', 'const c = child(); c.exited; c.kill("SIGKILL")'],
    ['open handles of the dead', 'const c = child(); openProcess(c.pid); c.kill("SIGKILL")'],
    ['open Zombies', 'new Zombies({ scope: "all" }).next(); child().kill("SIGKILL")'],
    ['open Signals', 'new Signals(["SIGUSR1"]).next(); process.kill(process.pid, "SIGUSR1")'],
  ])('by process.exit() with %s does so in peace', async (_, code) => {
    const source = `
      const child = () => spawn('sleep', ['1000'], { stdio: 'ignore' })
      for (let i = 0; i < 8; i += 1) { ${code} }
      process.exit(0)`
    for (let round = 0; round < 3; round += 1) expect(await runProgram(source)).toMatchObject(clean)
  })

  it('by itself, with children it has just killed, does so in peace', async () => {
    const source = `
      for (let i = 0; i < 8; i += 1) spawn('sleep', ['1000']).kill('SIGKILL')`
    for (let round = 0; round < 5; round += 1) expect(await runProgram(source)).toMatchObject(clean)
  })

  it('by process.exit() in an exit listener is not disturbed by 200 deaths', async () => {
    const source = `
      const children = Array.from({ length: 200 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
      process.on('exit', () => {
        for (const child of children) child.kill('SIGKILL')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
      })
      process.exit(0)`
    expect(await runProgram(source)).toMatchObject(clean)
  })
})

describe('a worker that ends', () => {
  it.each([
    ['is terminated', 'await worker.terminate()'],
    ['ends by itself', "worker.postMessage('end'); await once(worker, 'exit')"],
  ])('and %s while its children die leaves the program alone', async (_, end) => {
    const worker = `
      import { parentPort, workerData } from 'node:worker_threads'
      const { Signals, spawn } = await import(workerData)
      const children = Array.from({ length: 16 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
      new Signals(['SIGUSR1'])
      parentPort.once('message', () => parentPort.unref())
      parentPort.postMessage(children.map(({ pid }) => pid))`
    const source = `
      new Signals(['SIGUSR1'])
      for (let round = 0; round < 5; round += 1) {
        const worker = startWorker(${JSON.stringify(worker)})
        const [pids] = await once(worker, 'message')
        for (const pid of pids) process.kill(pid, 'SIGKILL')
        process.kill(process.pid, 'SIGUSR1')
        ${end}
      }`
    expect(await runProgram(source)).toMatchObject(clean)
  })
})
