import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { type ReceivedSignal, Signals } from 'sexton'
import { startWorker } from '../../inside.js'

const python = (file: string, ...args: number[]) =>
  execFileSync('python3', [`test/fixtures/${file}`, ...[process.pid, ...args].map(String)], {
    encoding: 'utf8',
  })

async function one(signals: Signals): Promise<ReceivedSignal> {
  const { done, value } = await signals.next()
  if (done) throw new Error('the iterator has ended')
  return value
}

async function take(signals: Signals, count: number): Promise<ReceivedSignal[]> {
  const taken: ReceivedSignal[] = []
  while (taken.length < count) taken.push(await one(signals))
  return taken
}

const namesOf = async (signals: Signals, count: number) =>
  (await take(signals, count)).map(({ name }) => name)

export async function tellsSenders() {
  const signals = new Signals(['SIGUSR2'])
  process.kill(process.pid, 'SIGUSR2')
  const own = await one(signals)
  const { pid } = spawnSync('sh', ['-c', `kill -USR2 ${process.pid}; exit 0`])
  const other = await one(signals)
  return [
    ...[own.name, own.number, own.origin.pid === process.pid, own.origin.uid, own.origin.code],
    ...[other.origin.pid === pid, other.origin.code],
  ]
}

export async function tellsUsers() {
  const signals = new Signals(['SIGTERM', 'SIGRTMIN+3'])
  python('sigqueue.py', 37)
  const queued = await one(signals)
  const chld = new Signals(['SIGCHLD'])
  const { pid } = spawnSync('sh', ['-c', 'exit 3'])
  const child = await one(chld)
  return [
    ...[queued.name, queued.origin.code, queued.origin.uid],
    ...[child.origin.code, child.origin.pid === pid],
  ]
}

export async function listensByNumber() {
  const signals = new Signals([10, 40, 40])
  process.kill(process.pid, 10)
  process.kill(process.pid, 40)
  return (await take(signals, 2)).map(({ name, number }) => [name, number]).sort()
}

export async function overlap() {
  const a = new Signals(['SIGUSR1', 'SIGUSR2'])
  const b = new Signals(['SIGUSR2', 'SIGHUP'])
  const both = [namesOf(a, 2), namesOf(b, 2)]
  for (const name of ['SIGUSR1', 'SIGUSR2', 'SIGHUP']) {
    process.kill(process.pid, name)
    await new Promise(setImmediate)
  }
  return (await Promise.all(both)).map((names) => names.sort())
}

export async function closeOneOfTwo() {
  const [a, b] = [new Signals(['SIGUSR2']), new Signals(['SIGUSR2'])]
  a.close()
  process.kill(process.pid, 'SIGUSR2')
  return [(await a.next()).done, (await b.next()).value?.name]
}

export async function listenBesideNode() {
  let heard = 0
  const hear = () => {
    heard += 1
  }
  const busy = setInterval(() => {}, 1000) // listeners alone keep no process alive
  process.on('SIGUSR1', hear)
  const signals = new Signals(['SIGUSR1', 'SIGUSR2'])
  process.on('SIGUSR2', hear)
  const listeners = Promise.all([once(process, 'SIGUSR1'), once(process, 'SIGUSR2')])
  process.kill(process.pid, 'SIGUSR1')
  process.kill(process.pid, 'SIGUSR2')
  await listeners
  const names = (await namesOf(signals, 2)).sort()
  signals.close()
  const again = once(process, 'SIGUSR2')
  process.kill(process.pid, 'SIGUSR2')
  await again
  clearInterval(busy)
  return [names, heard]
}

/** In a worker. */
export async function listenOnce() {
  const signals = new Signals(['SIGUSR2'])
  parentPort?.postMessage('ready')
  const signal = await one(signals)
  signals.close()
  return [signal.name, signal.origin.pid]
}

export async function listenInWorkers() {
  const workers = [1, 2, 3].map(() => startWorker(listenOnce, []))
  const messages = () => Promise.all(workers.map((worker) => once(worker, 'message')))
  await messages()
  const signals = new Signals(['SIGUSR2'])
  const told = messages()
  process.kill(process.pid, 'SIGUSR2')
  const own = await one(signals)
  const seen = [[own.name, own.origin.pid], ...(await told).map(([value]) => value)]
  return seen.map(([name, pid]) => `${name}${pid === process.pid}`)
}

export async function countRealtimeBurst() {
  const signals = new Signals(['SIGRTMIN+3'])
  const senders = python('burst.py', 37, 10, 100).trim().split('\n').map(Number)
  const pids = (await take(signals, 1000)).map(({ origin }) => origin.pid)
  const counts = senders.map((sender) => pids.filter((pid) => pid === sender).length)
  return [counts, signals.dropped]
}

export async function coalesceStandardBurst() {
  const signals = new Signals(['SIGUSR2', 'SIGRTMIN'])
  const senders = python('burst.py', 12, 5, 20).trim().split('\n').map(Number)
  process.kill(process.pid, 34)
  const [first, mark] = await take(signals, 2)
  // Another thread may have taken one of the burst before the mark, and notes it only now.
  const isStraggler = ({ origin }: { origin: { pid?: number } }) => origin.pid !== process.pid
  const sendAgain = () => {
    process.kill(process.pid, 'SIGUSR2')
    return one(signals)
  }
  let again = await sendAgain()
  if (isStraggler(again)) again = await sendAgain()
  return [first?.origin.pid === senders[0], mark?.name, !isStraggler(again)]
}
