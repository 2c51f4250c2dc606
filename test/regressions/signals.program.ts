import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type SignalName, Signals, shutdown, spawn } from 'sexton'
import { exitWith } from '../inside.js'
import { patience } from '../pace.mjs'

const late = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(resolve, milliseconds, value).unref())

/** Blocks the loop until the sender of a burst has ended, so that its SIGCHLD comes on top of the burst. */
export async function burst(number: number, count: number) {
  const signals = new Signals([number])
  let received = 0
  const loop = (async () => {
    for await (const _ of signals) received += 1
  })()
  const args = ['test/fixtures/burst.py', process.pid, number, 1, count].map(String)
  const child = nodeSpawn('python3', args, { stdio: 'ignore' })
  const exited = once(child, 'exit').then(([code]) => code)
  while (!/\) Z/.test(fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8')));
  const code = await Promise.race([exited, late(patience(10_000), 'lost')])
  signals.close()
  await loop
  return exitWith({ code, some: received > 0, all: received === count })
}

const beImmune = () => setTimeout(() => console.log('immune'), patience(5_000))

export function dieWithoutListener() {
  beImmune()
  const listener = () => {}
  process.on('SIGTERM', listener)
  const signals = new Signals(['SIGTERM'])
  process.off('SIGTERM', listener)
  signals.close()
  process.kill(process.pid, 'SIGTERM')
}

export async function dieAfterOnce() {
  beImmune()
  const fired = once(process, 'SIGTERM')
  const signals = new Signals(['SIGTERM'])
  process.kill(process.pid, 'SIGTERM')
  await fired
  signals.close()
  process.kill(process.pid, 'SIGTERM')
}

export async function closeUnderFlood(how: 'by itself' | 'with its worker') {
  const flood = ['test/fixtures/flood.py', String(process.pid), '13']
  const sender = spawn('python3', flood, { stdio: 'ignore', deathSignal: 'SIGKILL' })
  const first = new Signals(['SIGPIPE'])
  await first.next()
  first.close()
  const source =
    "import('sexton').then(({ Signals }) => new Signals(['SIGPIPE']).next()).then(() => process.exit())"
  if (how === 'by itself') for (let i = 0; i < 20_000; i += 1) new Signals(['SIGPIPE']).close()
  else for (let i = 0; i < 20; i += 1) await once(new Worker(source, { eval: true }), 'exit')
  return exitWith(sender.kill('SIGKILL'))
}

export function compareMasks() {
  const masks = () => fs.readFileSync('/proc/self/status', 'utf8').match(/Sig(Ign|Cgt).*/g)
  const before = masks()
  new Signals(['SIGUSR1', 'SIGTERM', 'SIGRTMIN']).close()
  return { before, after: masks() }
}

export async function closeWithOneWaiting() {
  const first = new Signals(['SIGUSR2'])
  process.kill(process.pid, 'SIGUSR2')
  first.close()
  const second = new Signals(['SIGUSR2'])
  const { value } = await first.next()
  const later = await Promise.race([
    second.next(),
    new Promise((r) => setTimeout(r, 200, 'nothing')),
  ])
  return exitWith({ name: value?.name, later })
}

export async function hearTwice() {
  const heard: [SignalName, boolean][] = []
  const listen = async (signals: Signals) => {
    for await (const { name, origin } of signals) heard.push([name, origin.pid === process.pid])
  }
  const turns = async () => {
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate)
  }
  const first = new Signals(['SIGUSR2'])
  listen(first)
  await turns()
  process.kill(process.pid, 'SIGUSR2')
  await turns()
  first.close()
  listen(new Signals(['SIGUSR2']))
  await turns()
  process.kill(process.pid, 'SIGUSR2')
  await turns()
  return exitWith(heard)
}

export async function closeOtherWhileTold() {
  const other = new Signals(['SIGWINCH'])
  const signals = new Signals(['SIGHUP', 'SIGUSR2'])
  shutdown(() => new Promise(() => {}), {
    force: 'never',
    log() {
      process.kill(process.pid, 'SIGUSR2')
      other.close() // which reads what has come, for those who listened until now
    },
  })
  process.kill(process.pid, 'SIGTERM')
  process.kill(process.pid, 'SIGHUP')
  const heard: unknown[] = []
  while (heard.length < 2) heard.push((await signals.next()).value?.name)
  return exitWith(heard)
}
