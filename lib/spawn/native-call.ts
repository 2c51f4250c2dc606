import { constants } from 'node:os'
import { binding } from '../system/binding.js'
import { encodePlan, type Plan } from './plan.js'
import { stepFailure } from './spawn-failure.js'

/** Bytes of strings beyond which no kernel is asked: execve(2) takes at most 6 MiB on Linux. */
const MOST = 2 ** 30

// What the native `spawn` has found. It is read before the next call.
const result = new Int32Array(5)

/** A child that has just been made. */
export interface StartedProcess {
  pid: number
  /** A descriptor of it; -1 where there is none. */
  pidfd: number
  /** The number of its birth; 0 if that is over. */
  birth: number
  /** The encoded plan, with this process's ends of the pipes: see `descriptorsIn()`. The next call overwrites it. */
  plan: Uint8Array
}

/**
 * Calls the native `spawn`.
 *
 * @param pathOf Gives the path that belongs to a failed step.
 * @throws SextonError `ERR_SPAWN_FAILED` with the step that failed; no process remains then.
 */
export function startProcess(
  plan: Plan,
  pathOf: (step: string) => { path?: string },
): StartedProcess {
  const { files, argv, env } = plan.strings
  if (files.length + argv.length + env.length > MOST) {
    throw stepFailure('execve', constants.errno.E2BIG, pathOf('execve'))
  }
  const encoded = encodePlan(plan)
  binding.spawn(encoded, result)
  const at = (index: number) => result[index] as number // an iterator would take longer than the call
  if (at(0) > 0) return { pid: at(0), pidfd: at(1), birth: at(4), plan: encoded }
  const step = binding.spawnSteps[at(3)] as string
  throw stepFailure(step, at(2), pathOf(step))
}
