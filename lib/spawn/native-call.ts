import { constants } from 'node:os'
import { systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { encodePlan, type PlanOptions, type SpawnStrings } from './plan.js'

/** Bytes of strings beyond which no kernel is asked: execve(2) takes at most 6 MiB on Linux. */
const MOST = 2 ** 30

// What the native `spawn` has found. It is read before the next call.
const result = new Int32Array(4)

/**
 * Calls the native `spawn`.
 *
 * @param pathOf Gives the path that belongs to a failed step.
 * @returns The child's pid, and a pidfd, or -1 where there is none.
 * @throws SextonError `ERR_SPAWN_FAILED` with the step that failed; no process remains then.
 */
export function startProcess(
  strings: SpawnStrings,
  options: PlanOptions,
  fds: Int32Array,
  cgroupFd: number | undefined,
  pidfd: boolean,
  pathOf: (step: string) => { path?: string },
): { pid: number; pidfd: number } {
  const { files, argv, env } = strings
  const failed = (errno: number, step: string) =>
    systemError(-errno, step, pathOf(step), 'ERR_SPAWN_FAILED')
  if (files.length + argv.length + env.length > MOST) {
    throw failed(constants.errno.E2BIG, 'execve')
  }
  binding.spawn(encodePlan({ strings, options, fds, cgroupFd, pidfd }), result)
  const pid = result[0] as number
  if (pid > 0) return { pid, pidfd: result[1] as number }
  throw failed(result[2] as number, binding.spawnSteps[result[3] as number] as string)
}
