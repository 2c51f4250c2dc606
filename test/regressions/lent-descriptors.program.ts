import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { startWorker } from '../inside.js'

// Only the workers load sexton.

export type Kind = 'readable' | 'writable'

/** So many streams that the worker is usually about to open one when it is terminated. */
const streams = (kind: Kind) => [
  ...(['ignore', 'ignore', 'ignore'] as const),
  ...Array<Kind>(64).fill(kind),
]

/** In a worker. */
export async function openStreams(kind: Kind) {
  const { spawn } = await import('sexton')
  const lane = async () => {
    for (let i = 0; ; i += 1) {
      const child = spawn('true', [], { stdio: streams(kind) })
      for (const stream of child.stdio) stream?.destroy()
      await child.exited
      if (i === 2) parentPort?.postMessage('ready')
    }
  }
  await Promise.all([lane(), lane(), lane()])
}

/** Opens and closes files all the time. Whoever closed a number twice would close one of these. */
class Strangers {
  count = 0
  lost = 0
  readonly #file = fstatSync(openSync('/dev/null', 'r'))
  #over = false
  #opening = Promise.resolve()

  start(): void {
    this.#over = false
    this.#opening = this.#open()
  }

  async stop(): Promise<void> {
    this.#over = true
    await this.#opening
  }

  async #open(): Promise<void> {
    while (!this.#over) {
      const fds = Array.from({ length: 8 }, () => openSync('/dev/null', 'r'))
      await new Promise(setImmediate)
      for (const fd of fds) this.#close(fd)
    }
  }

  #close(fd: number): void {
    this.count += 1
    try {
      const { ino, dev } = fstatSync(fd)
      if (ino !== this.#file.ino || dev !== this.#file.dev) this.lost += 1
      closeSync(fd)
    } catch {
      this.lost += 1
    }
  }
}

/** The number of open descriptors, once it has long been at its least. */
async function idle(): Promise<number> {
  for (let least = Number.POSITIVE_INFINITY, same = 0; ; ) {
    await setTimeout(5)
    const now = readdirSync('/proc/self/fd').length
    same = now < least ? 0 : same + 1
    least = Math.min(least, now)
    if (same === 50) return least
  }
}

async function terminateWorkers(kind: Kind, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const worker = startWorker(openStreams, [kind])
    await once(worker, 'message')
    await setTimeout(i % 7)
    await worker.terminate()
  }
}

export async function terminateWhileOpening(kind: Kind) {
  const strangers = new Strangers()
  strangers.start()
  await terminateWorkers(kind, 2)
  await strangers.stop()
  const before = await idle()
  strangers.start()
  await terminateWorkers(kind, 40)
  await strangers.stop()
  return { leaked: (await idle()) - before, lost: strangers.lost, strangers: strangers.count > 0 }
}
