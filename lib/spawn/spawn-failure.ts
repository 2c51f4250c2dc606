import { constants } from 'node:os'
import { type SextonError, systemError } from '../base/errors.js'

/** Converts a failure before the first step, such as a shortage of descriptors, to a failure of the spawn. */
export function asSpawnFailure<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    const { code, errno, syscall } = error as SextonError
    if (code !== 'ERR_SYSTEM' || errno === undefined || syscall === undefined) throw error
    throw systemError(-errno, syscall, {}, 'ERR_SPAWN_FAILED')
  }
}

/**
 * The failure of a step of a child's start.
 *
 * @param path The path that belongs to the step.
 */
export function stepFailure(step: string, errno: number, { path }: { path?: string }): SextonError {
  const details = path === undefined ? {} : { path }
  const hint = path !== undefined && isCommandLine(step, errno, path) ? lineHint(path) : ''
  return systemError(-errno, step, details, 'ERR_SPAWN_FAILED', hint)
}

// Tells whether a caller has given a whole command line, as exec() of child_process takes it. A file's name may have
// spaces as well, but people mostly give such a file by a path with a slash.
function isCommandLine(step: string, errno: number, path: string): boolean {
  return step === 'execve' && errno === constants.errno.ENOENT && /^[^/\s]+\s/.test(path)
}

function lineHint(line: string): string {
  const [file] = line.split(/\s/, 1)
  return `; no shell splits this: give the file '${file}', and its arguments as a list`
}
