import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type ShutdownOptions, Signals, shutdown } from 'sexton'

const ask = () => process.kill(process.pid, 'SIGTERM')
const quiet = { log() {} }
const forever = () => sleep(2 ** 31 - 1)

export async function sayDone() {
  setInterval(() => {}, 1000)
  shutdown(async ({ name }) => {
    await sleep(50)
    console.log(`done after ${name}`)
  })
  console.log('ready')
}

export async function setExitCode() {
  process.on('exit', (code) => console.log(`exit ${code}`))
  shutdown(() => {
    process.exitCode = 3
  }, quiet)
  ask()
  await forever()
}

export async function throwError() {
  shutdown(() => {
    throw new Error('broken')
  })
  ask()
  await forever()
}

const REASONS = {
  text: 'refused',
  bare: Object.create(null),
  symbol: Symbol('lost'),
  object: { code: 7 },
  nothing: undefined,
}

export async function rejectWith(reason: keyof typeof REASONS) {
  shutdown(() => Promise.reject(REASONS[reason]))
  ask()
  await forever()
}

/** `finishes`: the handler does. */
export async function failToLog(finishes: boolean, options: ShutdownOptions = {}) {
  const log = () => {
    throw new Error('broken')
  }
  shutdown(finishes ? () => console.log('done') : forever, { ...options, log })
  ask()
  await forever()
}

export function writeToClosedError() {
  process.stdin.resume()
  shutdown(async () => {
    console.error('ending')
    await sleep(50)
    console.log('done')
  })
  ask()
}

export async function askAgainIfNobodyListens() {
  process.on('SIGTERM', function last() {
    if (process.listenerCount('SIGTERM') > 1) return
    process.off('SIGTERM', last)
    console.log('nobody listens')
    ask()
  })
  shutdown(() => console.log('done'), quiet)
  ask()
  await forever()
}

export async function askDuringExit() {
  const signals = new Signals(['SIGUSR2'])
  process.on('exit', () => {
    execFileSync('sh', ['-c', `sleep 0.1; kill ${process.pid}`])
    signals.close()
  })
  process.on('exit', (code) => console.log('last listener', code))
  shutdown(() => {}, quiet)
  ask()
  await forever()
}

export async function listenBeside() {
  const heard = once(process, 'SIGTERM').then(() => console.log('listener'))
  const read = new Signals(['SIGTERM']).next().then(({ value }) => console.log(value?.name))
  shutdown(() => Promise.all([heard, read]), quiet)
  ask()
  await forever()
}

export async function failAsOneOfThree() {
  shutdown(() => console.log('at once'), quiet)
  shutdown(async () => {
    await sleep(50)
    console.log('later')
  }, quiet)
  shutdown(() => {
    throw new Error('broken')
  }, quiet)
  ask()
  await forever()
}

export function listenOnly() {
  shutdown(() => {})
}

export async function waitByUnreferencedTimer() {
  shutdown(() => sleep(50, undefined, { ref: false }).then(() => console.log('done')))
  ask()
  await sleep(10)
}

export async function dispose() {
  shutdown(() => console.log('no'))[Symbol.dispose]()
  ask()
  await forever()
}

export async function startInWorker() {
  const source = "import('sexton').then(({ shutdown }) => shutdown(() => {}))"
  const [error] = await once(new Worker(source, { eval: true }), 'error')
  return error.code
}

/** Starts a command that gets each SIGINT of this process as well. */
export function forwardInterrupts(...[file = '', ...args]: string[]) {
  const child = spawn(file, args, { stdio: 'inherit' })
  process.on('SIGINT', () => child.kill('SIGINT'))
  child.on('exit', (code) => process.exit(code ?? 99))
}

export async function goOnAfterTheFirst(milliseconds: number) {
  const handler = () => {
    setTimeout(() => console.log('go on'), milliseconds)
    return forever()
  }
  shutdown(handler, { timeout: Number.POSITIVE_INFINITY })
  console.log('ready')
  await forever()
}
