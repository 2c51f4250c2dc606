import { readdirSync, readFileSync } from 'node:fs'
import { parentPort, type Worker } from 'node:worker_threads'
import { startWorker } from '../inside.js'

// Nothing of ours is imported here: only the workers load the addon.

const WRITABLE = 2
const idle = { stdio: 'ignore', deathSignal: 'SIGKILL' } as const

/** Opens all sources of an environment, with descriptors in hand that nobody closes. */
async function openEverything() {
  const { binding } = await import('../../lib/system/binding.js')
  const { openProcess, Signals, spawn } = await import('sexton')
  binding.startChildSignal(() => {})
  binding.openReadinessSet(() => {})
  for (let i = 0; i < 20; i += 1) {
    binding.watchFd(binding.openSocket(binding.socketTypes.datagram), WRITABLE, i)
  }
  for (let i = 0; i < 3; i += 1) spawn('sleep', ['1000'], idle)
  for (let i = 0; i < 20; i += 1) openProcess(process.ppid)
  for (let i = 0; i < 20; i += 1) binding.makePipe(new Int32Array(2), 0)
  for (let i = 0; i < 20; i += 1) binding.pidfdOpen(process.pid)
  new Signals(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 40, 41])
}

const ready = () => parentPort?.postMessage('ready')

async function raiseStorm() {
  const { spawn } = await import('sexton')
  setInterval(() => {
    for (let i = 0; i < 20; i += 1) process.kill(process.pid, 28)
    process.kill(process.pid, 40)
    spawn('true', [], idle)
  }, 1)
  ready()
}

/** What a worker does once everything is open, and what ends it then. */
const ENDS = {
  'by itself': [ready, () => {}],
  'by process.exit()': [() => process.exit(3), () => {}],
  'by an exception': [
    () => {
      throw new Error('x')
    },
    () => {},
  ],
  'by being terminated while it waits': [
    () => {
      ready()
      setInterval(() => {}, 1000)
    },
    (worker: Worker) => worker.terminate(),
  ],
  'by being terminated while it computes': [
    () => {
      ready()
      for (;;);
    },
    (worker: Worker) => setTimeout(() => worker.terminate(), 5),
  ],
  'by being terminated amid signals and exits': [
    raiseStorm,
    (worker: Worker, round: number) => setTimeout(() => worker.terminate(), 2 + round),
  ],
} as const
export type End = keyof typeof ENDS

/** In a worker. */
export async function openAndEnd(how: End) {
  await openEverything()
  await ENDS[how][0]()
}

export async function endWorkers(how: End, times: number) {
  const open = () => readdirSync('/proc/self/fd').length
  const masks = () => readFileSync('/proc/self/status', 'utf8').match(/^Sig(Ign|Cgt):.*$/gm)
  const untouched = masks()
  let before: object | undefined
  for (let i = 0; i < times; i += 1) {
    const worker = startWorker(openAndEnd, [how])
    const told = (event: string) => new Promise((resolve) => worker.once(event, resolve))
    const [isReady, ended] = [told('message'), told('exit'), told('error')]
    await Promise.race([isReady, ended])
    ENDS[how][1](worker, i)
    await ended
    before ??= { open: open(), masks: untouched }
  }
  return { before, after: { open: open(), masks: masks() } }
}
