// Helpers for program files, which run in processes of their own (test/program-file.ts).

import { Worker } from 'node:worker_threads'

/** Prints a program's result and exits, for a program that something still keeps alive. */
export function exitWith<T>(result: T): T {
  console.log(JSON.stringify(result))
  process.exit()
}

/**
 * Starts an exported function of the same program file in a worker. The worker posts the function's result.
 *
 * @param workerData What cannot be JSON, such as shared memory.
 */
export function startWorker<Arguments extends unknown[]>(
  program: (...args: Arguments) => unknown,
  args: Arguments,
  workerData?: unknown,
): Worker {
  const launcher = process.argv[1] as string
  const argv = [import.meta.url, program.name, JSON.stringify(args)]
  return new Worker(launcher, { argv, workerData })
}
