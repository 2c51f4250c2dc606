import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { run, spawn } from 'sexton'

const idle = { stdio: 'ignore' } as const

// The first birth of a process is awaited.
const warmUp = () => spawn('true', [], idle).exited

export async function awaitSpawned() {
  await warmUp()
  await spawn('true', [], idle).spawned
  const { cause } = await spawn('/nonexistent', [], idle).spawned.catch((error) => error)
  return ['true', (cause as { code: string }).code]
}

export async function exitAtOnce(files: string[]) {
  await warmUp()
  for (const file of files) spawn('touch', [file], idle)
  process.exit(0)
}

/** Each worker is terminated with children on their way. */
export async function terminateWorkers(files: string[]) {
  const [, launch = '', program = ''] = process.argv
  for (let i = 0; i < files.length; i += 10) {
    const argv = [program, 'startInWorker', JSON.stringify([files.slice(i, i + 10)])]
    const worker = new Worker(launch, { argv })
    await once(worker, 'message')
    await worker.terminate()
  }
}

export function startInWorker(files: string[]) {
  for (const file of files) spawn('touch', [file], idle)
  return 'started'
}

export async function failLast() {
  await warmUp()
  spawn('/nonexistent', [], idle)
}

export async function failInScope() {
  await warmUp()
  const child = spawn('/nonexistent', [], idle)
  await child[Symbol.asyncDispose]()
}

const PATH = '/nonexistent:'.repeat(600)

// Milliseconds of the longest wait for a birth, in lib/spawn/birth.ts. A slow machine may need more.
const PATIENCE = 50

/**
 * Asks for the pids of commands that cannot be started, while signals come again and again. Tells how often a pid came
 * before the wait was over.
 */
export async function pidsUnderSignals(count: number) {
  process.on('SIGUSR2', () => {})
  // Without a pause between two, V8 of Node 26 may never wake from a sleep that it begins anew after each.
  const script = 'while kill -USR2 $PPID; do sleep 0.001; done'
  const storm = spawn('sh', ['-c', script], { stdio: 'ignore' })
  await storm.spawned
  let early = 0
  for (let i = 0; i < count; i += 1) {
    // Each folder is tried, so the birth takes long.
    const running = run('no-such-program', [], { env: { PATH }, reject: false })
    const asked = performance.now()
    if (running.pid !== undefined && performance.now() - asked < PATIENCE) early += 1
    await running.catch(() => {})
  }
  storm.kill('SIGKILL')
  await storm.exited
  return early
}
