import { quote } from './errors.js'

// PID_MAX_LIMIT of 64-bit Linux (proc_sys_kernel(5)); every other system's is lower.
const LARGEST = 4_194_304

/**
 * Checks a process id: 0 and negative numbers mean groups to the system, not processes.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for a number that cannot be a pid.
 */
export function checkPid(pid: unknown): number {
  if (typeof pid !== 'number') throw new TypeError(`pid must be a number, not ${quote(pid)}`)
  if (!Number.isInteger(pid) || pid < 1 || pid > LARGEST) {
    throw new RangeError(`pid must be an integer from 1 to ${LARGEST}, not ${pid}`)
  }
  return pid
}
