import { getEventListeners, once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { type SignalName, Signals } from 'sexton'
import { startWorker } from '../../inside.js'

function mask(field: string): bigint {
  const status = readFileSync('/proc/self/status', 'latin1')
  return BigInt(`0x${new RegExp(`${field}:\\s*(\\w+)`).exec(status)?.[1]}`)
}

function disposition(number: number): 'ignored' | 'caught' | 'default' {
  const bit = 1n << BigInt(number - 1)
  if (mask('SigIgn') & bit) return 'ignored'
  return mask('SigCgt') & bit ? 'caught' : 'default'
}

export async function closeEach(name: SignalName, number: number) {
  const seen = [disposition(number)]
  const [a, b] = [new Signals([name]), new Signals([name, 'SIGUSR2'])]
  seen.push(disposition(number))
  a.close()
  seen.push(disposition(number))
  b.close()
  seen.push(disposition(number))
  const c = new Signals([name])
  seen.push(disposition(number))
  await c.return()
  seen.push(disposition(number))
  return seen
}

export async function dieOfTheSecond() {
  const signals = new Signals(['SIGTERM'])
  process.kill(process.pid, 'SIGTERM')
  for await (const { name } of signals) {
    console.log(name)
    break
  }
  process.kill(process.pid, 'SIGTERM')
  setInterval(() => {}, 1000)
}

export async function keepListener() {
  process.on('SIGHUP', () => {})
  const signals = new Signals(['SIGHUP'])
  signals.close()
  const kept = disposition(1)
  process.removeAllListeners('SIGHUP')
  await new Promise(setImmediate)
  return [kept, disposition(1)]
}

export async function keepLaterListener() {
  const signals = new Signals(['SIGHUP'])
  const busy = setInterval(() => {}, 1000) // a listener alone keeps no process alive
  const heard = new Promise((resolve) => process.once('SIGHUP', resolve))
  signals.close()
  process.kill(process.pid, 'SIGHUP')
  const name = await heard
  clearInterval(busy)
  await new Promise(setImmediate)
  return [name, disposition(1)]
}

export function closeOften() {
  const count = () => readdirSync('/proc/self/fd').length
  new Signals(['SIGUSR2']).close()
  const before = count()
  for (let i = 0; i < 1000; i += 1) new Signals(['SIGUSR2', 'SIGHUP', 'SIGRTMIN']).close()
  return [count() - before, disposition(12), disposition(1), disposition(34)]
}

export async function readAfterClose() {
  const signals = new Signals(['SIGRTMIN', 'SIGUSR2'])
  const other = new Signals(['SIGUSR2'])
  for (let i = 0; i < 3; i += 1) process.kill(process.pid, 34)
  process.kill(process.pid, 'SIGUSR2')
  await other.next()
  signals.close()
  const names: string[] = []
  for await (const { name } of signals) names.push(name)
  return [names.filter((name) => name === 'SIGRTMIN').length, (await signals.next()).done]
}

export async function leaveByReturn() {
  const signals = new Signals(['SIGUSR2'])
  const waiting = signals.next()
  const returned = await signals.return()
  const scoped = new Signals(['SIGUSR2'])
  await scoped[Symbol.asyncDispose]()
  return [returned.done, (await waiting).done, (await scoped.next()).done]
}

export async function abort() {
  const controller = new AbortController()
  const { signal } = controller
  const listeners = () => getEventListeners(signal, 'abort').length
  new Signals(['SIGHUP'], { signal }).close()
  const seen: unknown[] = [listeners()]
  const signals = new Signals(['SIGHUP'], { signal })
  seen.push(listeners())
  setTimeout(() => controller.abort(), 10)
  for await (const _ of signals) throw new Error('none was sent')
  const late = new Signals(['SIGHUP'], { signal })
  seen.push(listeners(), (await late.next()).done, disposition(1))
  return seen
}

export async function waitForOne() {
  const signals = new Signals(['SIGUSR2'])
  console.log('open')
  const { value } = await signals.next()
  console.log(value?.name)
}

/** In a worker. */
export async function stayOpen() {
  const signals = new Signals(['SIGHUP', 'SIGRTMIN', 'SIGPIPE'])
  parentPort?.postMessage('open')
  await signals.next()
}

export async function terminateWorker() {
  const worker = startWorker(stayOpen, [])
  await once(worker, 'message')
  const seen = [1, 34, 13].map(disposition)
  await worker.terminate()
  return [seen, [1, 34, 13].map(disposition)]
}
