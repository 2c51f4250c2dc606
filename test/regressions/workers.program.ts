import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { exitWith, startWorker } from '../inside.js'

// Sexton is imported late: one main thread here does not load it.

/** In a worker. */
export async function spawnForEver() {
  const { spawn } = await import('sexton')
  parentPort?.postMessage('ready')
  for (;;) await spawn('true', [], { stdio: 'ignore' }).exited
}

/** In a worker. */
export async function awaitExits() {
  const { spawn } = await import('sexton')
  parentPort?.postMessage('ready')
  for (let i = 0; i < 20; i += 1) void spawn('sleep', ['0.01']).exited
  await new Promise(() => {})
}

export async function terminateWorkers(program: 'spawnForEver' | 'awaitExits') {
  for (let i = 0; i < 15; i += 1) {
    const worker = startWorker({ spawnForEver, awaitExits }[program], [])
    await once(worker, 'message')
    await setTimeout(i % 11)
    await worker.terminate()
  }
  return 'survived'
}

/** In a worker. */
export async function countKnown() {
  const { spawn } = await import('sexton')
  const statuses = await Promise.all(Array.from({ length: 128 }, () => spawn('true').exited))
  return statuses.filter(({ known }) => known).length
}

export async function reapAllBesideWorker() {
  const { Zombies } = await import('sexton')
  const zombies = new Zombies({ scope: 'all' })
  let taken = 0
  const loop = (async () => {
    for await (const _ of zombies) taken += 1
  })()
  const [known] = await once(startWorker(countKnown, []), 'message')
  zombies.close()
  await loop
  return exitWith({ known, taken })
}
