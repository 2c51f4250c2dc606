import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { startWorker } from '../../inside.js'
import { patience } from '../../pace.mjs'

// Sexton is imported late: one of the workers does not load it.

const SCRIPT = ['-c', 'read x; exit 8']

const STARTS = {
  child_process() {
    const child = nodeSpawn('sh', SCRIPT)
    return { child, told: once(child, 'exit').then(([code]) => code) }
  },
  async sexton() {
    const { spawn } = await import('sexton')
    const child = spawn('sh', SCRIPT)
    return { child, told: child.exited.then(({ code }) => code) }
  },
}
export type Owner = keyof typeof STARTS

/** In a worker. */
export async function ownChild(owner: Owner) {
  const { child, told } = await STARTS[owner]()
  parentPort?.postMessage(child.pid)
  parentPort?.once('message', () => child.stdin.end())
  return told
}

export async function waitForWorkersChild(owner: Owner) {
  const { waitForExit } = await import('sexton')
  const worker = startWorker(ownChild, [owner])
  const [pid] = await once(worker, 'message')
  const waiting = waitForExit(pid, patience(10_000))
  worker.postMessage('end it')
  const [[told], { code }] = await Promise.all([once(worker, 'message'), waiting])
  return { code, told }
}
