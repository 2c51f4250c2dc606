import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { loadForeignAddon } from '../../fixtures/foreign-addon.mjs'
import { exitWith, keepBusy, startWorker, take } from '../../inside.js'
import { becomes } from '../../soak/fixtures/proc.mjs'

// Sexton is imported late: the workers here do not load it, and some children are born before it.

/** In a worker. */
export function startChildAndBlock() {
  parentPort?.postMessage(spawn('sh', ['-c', 'exit 6']).pid)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

export async function dieBeforeParent() {
  const { descendants, Zombies } = await import('sexton')
  const { dead, isZombie } = await import('../../fixtures/orphans.mjs')
  const worker = startWorker(startChildAndBlock, [])
  const [pid] = await once(worker, 'message')
  const zombies = new Zombies()
  const next = zombies.next()
  await dead([pid])
  await worker.terminate()
  // On its way out the worker's own loop may still get to it; else it is ours.
  const gone = becomes(() => !isZombie(pid)).then(() => 'gone')
  const reaped = await Promise.race([next.then(({ value }) => value?.code), gone])
  zombies.close()
  return [reaped, descendants().length]
}

const STARTS = {
  async child_process() {
    return spawn('cat').pid as number
  },
  async sexton() {
    const { spawn } = await import('sexton')
    return spawn('sleep', ['1000'], { stdio: 'ignore' }).pid
  },
}
export type Owner = keyof typeof STARTS

/** In a worker. */
export function startEight(owner: Owner) {
  return Promise.all(Array.from({ length: 8 }, STARTS[owner]))
}

export async function terminateParent(owner: Owner) {
  const { descendants, Zombies } = await import('sexton')
  const worker = startWorker(startEight, [owner])
  const [pids] = (await once(worker, 'message')) as [number[]]
  const taking = take(new Zombies(), 8)
  await worker.terminate()
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {}
  }
  const taken = (await taking).map(({ pid }) => pid)
  return [pids.every((pid) => taken.includes(pid)), descendants().length]
}

export async function loadAfterBirths() {
  const script = (i: number) => `sleep 0.${i % 10}; exit ${i}`
  const exits = Array.from({ length: 64 }, (_, i) =>
    once(spawn('sh', ['-c', script(i)]), 'exit').then(([code]) => code),
  )
  const { init } = await import('sexton/init')
  const busy = keepBusy()
  const codes = await Promise.all(exits)
  clearInterval(busy)
  return [codes.every((code, i) => code === i), init.stats().reaped]
}

/** For a Node with sexton/init, whose /proc is of another PID namespace. */
export async function reapFive() {
  const { init } = await import('sexton/init')
  loadForeignAddon()
  const script = 'for i in 1 2 3 4 5; do sleep 0.2 & done; exit 0'
  spawn('sh', ['-c', script], { stdio: 'ignore' })
  await becomes(() => init.stats().reaped >= 5, 8000)
  return exitWith(init.stats().reaped)
}
