import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { binding, P_PID } from '../../lib/system/binding.js'
import { startWorker } from '../inside.js'
import { spawnShell, wait } from './raw.js'

/** Loads the library that spoils SIGCHLD, as if it were an addon. */
function spoil() {
  try {
    process.dlopen({ exports: {} }, process.env.SPOILER as string)
  } catch {}
}

/** By the native spawn alone: the library repairs SIGCHLD before its first child. */
async function statusOfSeven() {
  const { pid } = spawnShell('exit 7', { pidfd: false })
  for (;;) {
    const found = wait(P_PID, pid)
    if (found !== 0) return typeof found === 'number' ? 'gone' : found.status
    await new Promise(setImmediate)
  }
}

const repairTwice = () => [binding.repairChildSignal(), binding.repairChildSignal()]

export async function repairLoss() {
  spoil()
  const lost = await statusOfSeven()
  return { lost, repaired: repairTwice(), kept: await statusOfSeven() }
}

export async function repairBlock() {
  spoil()
  const repaired = repairTwice()
  const heard = new Promise((resolve) => binding.startChildSignal(() => resolve(true)))
  const awake = setInterval(() => {}, 1_000) // the signal's watcher keeps nothing alive
  const [status] = await Promise.all([statusOfSeven(), heard])
  clearInterval(awake)
  return { repaired, status }
}

export async function spawnSpoiled() {
  spoil()
  const { spawn } = await import('sexton')
  return (await spawn('sh', ['-c', 'exit 7']).exited).code
}

/** For a Node that was started with SIGCHLD ignored. */
export async function repairNothing() {
  const { spawn } = await import('sexton')
  const repaired = binding.repairChildSignal()
  const { code } = await spawn('sh', ['-c', 'exit 7']).exited
  return { repaired, code }
}

export async function startAgain() {
  let calls = 0
  const count = (step: number) => () => {
    calls += step
  }
  const steps = [
    () => binding.startChildSignal(count(1)),
    () => binding.stopChildSignal(),
    () => binding.startChildSignal(count(10)),
  ]
  const results: boolean[] = []
  for (const step of steps) {
    step()
    calls = 0
    await once(spawn('true'), 'exit')
    await new Promise(setImmediate)
    results.push(calls > 0)
  }
  return { results, last: calls % 10 }
}

/** In a worker. */
export function listen() {
  binding.startChildSignal(() => parentPort?.postMessage('heard'))
  parentPort?.postMessage('ready')
  setInterval(() => {}, 1000)
}

export async function hearInThreeWorkers() {
  const workers = [1, 2, 3].map(() => startWorker(listen, []))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const heard = workers.map((worker) => once(worker, 'message'))
  spawn('true')
  const messages = await Promise.all(heard)
  await Promise.all(workers.map((worker) => worker.terminate()))
  return messages.flat()
}
