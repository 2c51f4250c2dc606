import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { hear, startWorker } from '../../inside.js'

// Sexton is imported late: one of these programs shows Node without it.

/** Sends a signal to this process, by another one, as it comes in practice. Not every shell knows each name. */
const send = (signal: string | number) => {
  const number = constants.signals[`SIG${signal}` as NodeJS.Signals] ?? signal
  return spawnSync('sh', ['-c', `kill -${number} ${process.pid}`])
}
const later = (code: number) => setTimeout(() => process.exit(code), 100)

/** Stays alive, and tells how it ends. */
function live(): void {
  setInterval(() => {}, 1000)
  process.on('exit', (code) => console.log('exit', code))
}

/** Ends by itself with `code`, if that is given. */
export function receive(signal: string | number, code?: number) {
  live()
  send(signal)
  if (code !== undefined) later(code)
}

export function tellOrigin() {
  live()
  hear('sexton:signal', ({ signal, code }) => console.log(signal.name, signal.origin.code, code))
  send('TERM')
}

export function sendItself() {
  live()
  process.on('SIGTERM', function last() {
    console.log('heard')
    process.off('SIGTERM', last)
    process.kill(process.pid, 'SIGTERM')
  })
  send('TERM')
}

export function listenTooLate() {
  live()
  send('TERM')
  process.on('SIGTERM', () => console.log('heard'))
  later(9)
}

export async function stopListening() {
  live()
  const { Signals } = await import('sexton')
  const signals = new Signals(['SIGTERM'])
  process.on('SIGTERM', () => {})
  process.removeAllListeners('SIGTERM')
  signals.close()
  send('TERM')
}

export function addExitListener() {
  live()
  process.on('exit', () => console.log('later'))
  send('TERM')
}

const heard = () => {
  console.log('heard')
  later(5)
}

/** In a worker. */
export async function hearInWorker() {
  const { Signals } = await import('sexton')
  const signals = new Signals(['SIGTERM'])
  parentPort?.postMessage('ready')
  await signals.next()
  parentPort?.postMessage('heard')
}

const LISTENERS = {
  'process.on': () => void process.on('SIGTERM', heard),
  'process.once': () => void process.once('SIGTERM', heard),
  async Signals() {
    const { Signals } = await import('sexton')
    new Signals(['SIGTERM']).next().then(heard)
  },
  async 'shutdown()'() {
    const { shutdown } = await import('sexton')
    const handler = () => {
      console.log('heard')
      process.exitCode = 5
    }
    shutdown(handler, { log() {} })
  },
  async 'Signals in a worker'() {
    const worker = startWorker(hearInWorker, [])
    await once(worker, 'message')
    worker.once('message', heard)
  },
}
export type Listener = keyof typeof LISTENERS

export async function listenBy(how: Listener) {
  live()
  await LISTENERS[how]()
  send('TERM')
}

export function listenFortyTimes() {
  live()
  let count = 0
  const again = () =>
    process.once('SIGTERM', () => {
      count += 1
      if (count === 40) process.exit(count)
      again()
      setImmediate(send, 'TERM')
    })
  again()
  send('TERM')
}

/** For a Node that writes a snapshot of its heap on SIGUSR2. */
export function writeHeap() {
  live()
  const directory = mkdtempSync('/tmp/sexton-heap-')
  process.chdir(directory)
  send('USR2')
  setInterval(() => {
    if (readdirSync('.').length === 0) return
    process.chdir('/')
    rmSync(directory, { recursive: true })
    process.exit(5)
  }, 20)
}
