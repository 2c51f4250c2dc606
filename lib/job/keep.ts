import { invalid } from '../base/errors.js'
import { type JobProcess, toJobProcesses } from './job-process.js'
import type { KeptCommand } from './kept-command.js'

/**
 * Names the processes that are to live on when the command has exited, and ends the others.
 *
 * @returns A promise of why nothing is kept, if `keep` has failed or the processes cannot be listed.
 */
export async function keepThenEnd(
  kept: KeptCommand,
  keep: (process: JobProcess) => boolean,
): Promise<{ cause: unknown } | undefined> {
  try {
    const living = await kept.keeper.exited.then(() => toJobProcesses(kept.keeper.processes()))
    const named = living.filter((process) => isKept(keep, process))
    for (const { pid, startTime } of named) kept.keeper.keep(pid, startTime)
    kept.keeper.release()
    return undefined
  } catch (cause) {
    return { cause }
  } finally {
    kept.endLeftovers()
  }
}

// A promise, as of an asynchronous function, would count as true.
function isKept(keep: (process: JobProcess) => unknown, process: JobProcess): boolean {
  const result = keep(process)
  if (typeof result === 'boolean') return result
  throw new TypeError(invalid('result of keep', result, 'true or false'))
}
