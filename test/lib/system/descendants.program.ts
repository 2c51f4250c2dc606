import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { exitWith, startWorker } from '../../inside.js'

// Sexton is imported late: the worker does not load it.

/** In a worker. */
export function startCat() {
  nodeSpawn('cat')
  parentPort?.postMessage('started')
}

export async function listAllThreads() {
  const { descendants, spawn } = await import('sexton')
  await once(startWorker(startCat, []), 'message')
  spawn('sleep', ['1000'])
  const all = descendants()
  for (const { pid } of all) process.kill(pid, 'SIGKILL')
  return exitWith(all.map(({ name }) => name).sort())
}
