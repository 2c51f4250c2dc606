import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { spawn } from 'sexton'

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
