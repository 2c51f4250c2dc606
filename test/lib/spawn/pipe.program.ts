import { once } from 'node:events'
import { closeSync, openSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { type PipeHandle, pipe, type SextonError, type SpawnOptions, spawn } from 'sexton'
import { startWorker } from '../../inside.js'

const descriptors = () => readdirSync('/proc/self/fd').length

interface Outcome {
  code: string
  errno?: number
  syscall?: string
}

function outcomeOf(error: unknown): Outcome {
  const { code, errno, syscall } = error as Required<SextonError>
  return { code, errno, syscall }
}

const PIPES = ['readable', 'readable', 'readable'] as const

/** Gives ends to a child for which no descriptor is left, and counts those that are then lost. */
export async function startWithoutDescriptors(options: SpawnOptions) {
  await spawn('true', []).exited // opens what sexton keeps
  const before = descriptors()
  const between = pipe()
  const fillers: number[] = []
  for (;;) {
    try {
      fillers.push(openSync('/dev/null', 'r'))
    } catch {
      break
    }
  }
  const { readable, writable } = between
  const stdio = [readable, writable, writable, ...(options.stdio === undefined ? PIPES : [])]
  const { exited } = spawn('true', [], { ...options, stdio })
  const outcome = outcomeOf(await exited.catch((error) => error))
  for (const fd of fillers) closeSync(fd)
  return { outcome, lost: descriptors() - before }
}

/** In a worker: makes pipes without end, and hands some of them over. */
export async function ownPipes(): Promise<void> {
  const kept: PipeHandle[] = []
  for (let i = 0; ; i += 1) {
    const { readable, writable } = pipe()
    kept.push(readable)
    if (i % 3 === 0) writable.stream().end('x')
    if (i % 3 === 1) await spawn('true', [], { stdio: ['ignore', writable, 'ignore'] }).exited
    if (i === 10) parentPort?.postMessage('ready')
    if (kept.length > 50) kept.shift()?.close()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** How many descriptors workers leave that are terminated while they have pipes. */
export async function terminateOwners(): Promise<number> {
  const terminateOne = async () => {
    const worker = startWorker(ownPipes, [])
    await once(worker, 'message')
    await worker.terminate()
  }
  await terminateOne()
  const before = await steady()
  for (let i = 0; i < 5; i += 1) await terminateOne()
  return (await steady()) - before
}

// The last handles of a worker close after its exit.
async function steady(): Promise<number> {
  let least = descriptors()
  for (let same = 0; same < 20; ) {
    await sleep(5)
    const now = descriptors()
    same = now < least ? 0 : same + 1
    least = Math.min(least, now)
  }
  return least
}
