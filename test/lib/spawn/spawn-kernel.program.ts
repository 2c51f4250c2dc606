import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { type SpawnOptions, spawn, waitForExit } from 'sexton'
import { startWorker } from '../../inside.js'
import { patience } from '../../pace.mjs'

/** The pid of a child, which this process leaves. */
export function leaveSleeper(options: SpawnOptions = {}) {
  return spawn('sleep', ['1000'], { ...options, stdio: 'ignore' }).pid
}

export function stayWithSleeper(options: SpawnOptions) {
  setInterval(() => {}, 1000)
  return leaveSleeper(options)
}

/** In a worker. */
export function haveSleeper() {
  parentPort?.on('message', () => {})
  return leaveSleeper({ deathSignal: 'SIGUSR1' })
}

/** The signal that ended the worker's child. */
export async function terminateParent() {
  const worker = startWorker(haveSleeper, [])
  const [pid] = await once(worker, 'message')
  const waiting = waitForExit(pid, patience(10_000))
  await worker.terminate()
  return (await waiting).signal
}

/** For a Node without a terminal. */
export async function spawnInForeground() {
  const options = { stdio: 'ignore', processGroup: true, foreground: true } as const
  return (await spawn('sh', ['-c', 'exit 3'], options).exited).code
}
