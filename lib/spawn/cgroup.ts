import { closeSync, constants, openSync, readFileSync, realpathSync, statfsSync } from 'node:fs'
import { constants as system } from 'node:os'
import { dirname } from 'node:path'
import { invalid, SextonError, systemError } from '../base/errors.js'

const CGROUP2_MAGIC = 0x63677270 // CGROUP2_SUPER_MAGIC of <linux/magic.h>

/**
 * Opens the directory of a cgroup of version 2, so that a child can be started in it.
 *
 * @returns The descriptor. The caller closes it.
 * @throws {SextonError} `ERR_SPAWN_FAILED` if the path is not such a directory, or if the cgroup is frozen. A
 *   frozen child could never reach its exec, and the parent waits for the exec.
 */
export function openCgroup(path: string): number {
  const fd = openDirectory(path)
  try {
    check(path)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function openDirectory(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    throw systemError(errnoOf(error), 'open', { path }, 'ERR_SPAWN_FAILED')
  }
}

function check(path: string): void {
  let directory: string
  try {
    const { type } = statfsSync(path)
    if (type !== CGROUP2_MAGIC) {
      const expected = 'a directory of cgroup version 2, for example /sys/fs/cgroup/jobs'
      throw refusal(path, invalid('cgroup', path, expected), system.errno.EBADF)
    }
    directory = realpathSync(path)
  } catch (error) {
    if (error instanceof SextonError) throw error
    throw systemError(errnoOf(error), 'statfs', { path }, 'ERR_SPAWN_FAILED')
  }
  if (!isFrozen(directory)) return
  const problem = `cgroup '${path}' is frozen: a child could not start in it\nThaw the cgroup first.`
  throw refusal(path, problem, system.errno.EBUSY)
}

/**
 * Whether a process started in the cgroup would stop at once. `cgroup.freeze` of the cgroup or an ancestor orders
 * it. Ancestors outside a cgroup namespace are invisible, but `cgroup.events` reports their freeze too, after
 * every process has stopped.
 */
function isFrozen(directory: string): boolean {
  if (/^frozen 1$/m.test(read(`${directory}/cgroup.events`) ?? '')) return true
  for (let at = directory; ; at = dirname(at)) {
    const order = read(`${at}/cgroup.freeze`)
    // The root of the hierarchy lacks this file. So does a kernel before 5.2, which cannot freeze.
    if (order === undefined) return false
    if (order.trim() === '1') return true
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw systemError(errnoOf(error), 'open', { path: file }, 'ERR_SPAWN_FAILED')
  }
}

function refusal(path: string, problem: string, errno: number): SextonError {
  return new SextonError('ERR_SPAWN_FAILED', problem, { errno, syscall: 'clone', path })
}

function errnoOf(error: unknown): number {
  return (error as NodeJS.ErrnoException).errno ?? 0
}
