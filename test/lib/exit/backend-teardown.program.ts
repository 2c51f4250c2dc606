import { once } from 'node:events'
import { parentPort, type Worker } from 'node:worker_threads'
import { openProcess, Signals, spawn, Zombies } from 'sexton'
import { startWorker } from '../../inside.js'

const child = () => spawn('sleep', ['1000'], { stdio: 'ignore' })

const NEWS = {
  'children it has just killed': () => child().kill('SIGKILL'),
  'children it has just killed and waits for': () => {
    const one = child()
    void one.exited
    one.kill('SIGKILL')
  },
  'open handles of the dead': () => {
    const one = child()
    openProcess(one.pid)
    one.kill('SIGKILL')
  },
  'open Zombies': () => {
    void new Zombies({ scope: 'all' }).next()
    child().kill('SIGKILL')
  },
  'open Signals': () => {
    void new Signals(['SIGUSR1']).next()
    process.kill(process.pid, 'SIGUSR1')
  },
}
export type News = keyof typeof NEWS

export function exitAmid(news: News) {
  for (let i = 0; i < 8; i += 1) NEWS[news]()
  process.exit(0)
}

export function killAndEnd() {
  for (let i = 0; i < 8; i += 1) spawn('sleep', ['1000']).kill('SIGKILL')
}

export function killAtExit() {
  const children = Array.from({ length: 200 }, child)
  process.on('exit', () => {
    for (const one of children) one.kill('SIGKILL')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  })
  process.exit(0)
}

/** In a worker. */
export function haveChildren() {
  const children = Array.from({ length: 16 }, child)
  new Signals(['SIGUSR1'])
  parentPort?.once('message', () => parentPort?.unref())
  return children.map(({ pid }) => pid)
}

const ENDS = {
  'is terminated': (worker: Worker) => worker.terminate(),
  'ends by itself': (worker: Worker) => {
    worker.postMessage('end')
    return once(worker, 'exit')
  },
}
export type End = keyof typeof ENDS

export async function endWorkers(how: End) {
  new Signals(['SIGUSR1'])
  for (let round = 0; round < 5; round += 1) {
    const worker = startWorker(haveChildren, [])
    const [pids] = await once(worker, 'message')
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    process.kill(process.pid, 'SIGUSR1')
    await ENDS[how](worker)
  }
}
