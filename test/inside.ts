// What program files share, which run in processes of their own (test/program-file.ts).

import { subscribe } from 'node:diagnostics_channel'
import { openSync } from 'node:fs'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { AdoptedMessage, LeftMessage, ReapedMessage, SignalMessage } from 'sexton/init'

/** Prints a program's result and exits, for a program that something still keeps alive. */
export function exitWith<T>(result: T): T {
  console.log(JSON.stringify(result))
  process.exit()
}

/**
 * Starts an exported function of the same program file in a worker. The worker posts the function's result.
 *
 * @param options `workerData` can be what JSON cannot express, such as shared memory.
 */
export function startWorker<Arguments extends unknown[]>(
  program: (...args: Arguments) => unknown,
  args: Arguments,
  options: Pick<WorkerOptions, 'env' | 'workerData'> = {},
): Worker {
  const launcher = process.argv[1] as string
  const argv = [import.meta.url, program.name, JSON.stringify(args)]
  return new Worker(launcher, { ...options, argv })
}

/** The next values of an iterator, which stays open. */
export async function take<T>(iterator: AsyncIterator<T, unknown>, count: number): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const { done, value } = await iterator.next()
    if (done) throw new Error(`the iterator ended after ${taken.length} of ${count} values`)
    taken.push(value)
  }
  return taken
}

/** Opens files until no descriptor is left. */
export function takeAllDescriptors(): number[] {
  const held: number[] = []
  try {
    for (;;) held.push(openSync('/dev/null', 'r'))
  } catch {}
  return held
}

/** Lets the event loop go round. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
}

/** What a promise is rejected with, or `'none'`. */
export function failure(promise: Promise<unknown>) {
  return promise.then(
    () => 'none',
    (error) => error,
  )
}

/** Blocks the event loop most of the time, until the interval is cleared. */
export function keepBusy(): NodeJS.Timeout {
  return setInterval(() => {
    for (const end = Date.now() + 3; Date.now() < end; );
  }, 4)
}

interface Messages {
  'sexton:adopted': AdoptedMessage
  'sexton:left': LeftMessage
  'sexton:reaped': ReapedMessage
  'sexton:signal': SignalMessage
}

/** Calls a listener with each message of a channel. */
export function hear<Channel extends keyof Messages>(
  channel: Channel,
  listener: (message: Messages[Channel]) => void,
): void {
  subscribe(channel, (message) => listener(message as Messages[Channel]))
}
