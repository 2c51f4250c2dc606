import { describe, expect, it } from 'vitest'
import { run } from '../program.js'

// All sources of an environment are open, with descriptors in hand that nobody closes.
const everything = `
  import { parentPort } from 'node:worker_threads'
  import { binding } from './dist/system/binding.js'
  import { openProcess, Signals, spawn } from 'sexton'
  const idle = { stdio: 'ignore', deathSignal: 'SIGKILL' }
  binding.startChildSignal(() => {})
  for (let i = 0; i < 3; i += 1) spawn('sleep', ['1000'], idle)
  for (let i = 0; i < 20; i += 1) openProcess(process.ppid)
  for (let i = 0; i < 20; i += 1) binding.makePipe(new Int32Array(2), 0)
  for (let i = 0; i < 20; i += 1) binding.pidfdOpen(process.pid)
  new Signals(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 40, 41])
`

/** Runs `code` in workers one after the other; this Node itself loads nothing of ours. */
function inWorkers(code: string, act: string, times = 5) {
  const source = `
    import { readdirSync, readFileSync } from 'node:fs'
    import { Worker } from 'node:worker_threads'
    const open = () => readdirSync('/proc/self/fd').length
    const masks = () => readFileSync('/proc/self/status', 'utf8').match(/^Sig(Ign|Cgt):.*$/mg)
    const untouched = masks()
    let before
    for (let i = 0; i < ${times}; i += 1) {
      const worker = new Worker(${JSON.stringify(code)}, { eval: true })
      const told = (event) => new Promise((resolve) => worker.once(event, resolve))
      const [ready, ended, failed] = [told('message'), told('exit'), told('error')]
      await Promise.race([ready, ended])
      ${act}
      await ended
      before ??= { open: open(), masks: untouched }
    }
    console.log(JSON.stringify({ before, after: { open: open(), masks: masks() } }))`
  // Where coverage is measured, Node complains of it in a worker that is being terminated.
  const env = { NODE_V8_COVERAGE: '' }
  return run([process.execPath, '--input-type=module', '--eval', source], { env })
}

async function expectNothingKept(code: string, act: string, times?: number): Promise<void> {
  const { stdout, ...outcome } = await inWorkers(code, act, times)
  expect(outcome).toEqual({ code: 0, signal: null, stderr: '' })
  const { before, after } = JSON.parse(stdout)
  expect(after).toEqual(before)
}

describe('When a worker, the only one to have loaded the addon, has ended', () => {
  it('by itself, nothing is kept: no descriptor, no handler', async () => {
    await expectNothingKept(`${everything}\nparentPort.postMessage('ready')`, '')
  })

  it('by process.exit(), nothing is kept', async () => {
    await expectNothingKept(`${everything}\nprocess.exit(3)`, '')
  })

  it('by an exception, nothing is kept', async () => {
    await expectNothingKept(`${everything}\nthrow new Error('x')`, 'await failed')
  })

  it('by being terminated while it waits, nothing is kept', async () => {
    const waiting = `${everything}\nparentPort.postMessage('ready')\nsetInterval(() => {}, 1000)`
    await expectNothingKept(waiting, 'worker.terminate()')
  })

  it('by being terminated while it computes, nothing is kept', async () => {
    const busy = `${everything}\nparentPort.postMessage('ready')\nfor (;;);`
    await expectNothingKept(busy, 'setTimeout(() => worker.terminate(), 5)')
  })

  it('by being terminated amid signals and exits, the process lives on', async () => {
    const storm = `${everything}
      setInterval(() => {
        for (let i = 0; i < 20; i += 1) process.kill(process.pid, 28)
        process.kill(process.pid, 40)
        spawn('true', [], idle)
      }, 1)
      parentPort.postMessage('ready')`
    await expectNothingKept(storm, 'setTimeout(() => worker.terminate(), 2 + i)', 20)
  })
})
