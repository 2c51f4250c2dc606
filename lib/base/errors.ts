import { getSystemErrorMap, inspect } from 'node:util'

/**
 * What went wrong, for programs:
 *
 * - `ERR_TIMEOUT`: the time given for a wait was over; the process was left as it was.
 * - `ERR_NO_SUCH_PROCESS`: there is no such process (any more), or its pid is another process by now.
 * - `ERR_NOT_PERMITTED`: the system does not let this user do that to that process.
 * - `ERR_SPAWN_FAILED`: a process could not be started; `syscall` is the step that failed.
 * - `ERR_UNSUPPORTED`: this platform, kernel, sandbox or thread cannot do it.
 * - `ERR_NO_COMMAND`: `pid1` was given no command to run.
 * - `ERR_SYSTEM`: a system call failed for another reason, such as no free descriptors.
 */
export type SextonErrorCode =
  | 'ERR_TIMEOUT'
  | 'ERR_NO_SUCH_PROCESS'
  | 'ERR_NOT_PERMITTED'
  | 'ERR_SPAWN_FAILED'
  | 'ERR_UNSUPPORTED'
  | 'ERR_NO_COMMAND'
  | 'ERR_SYSTEM'

/** What an error knows besides its code and message; each part is there only where it applies. */
export interface SextonErrorDetails {
  /** The system's error number, positive as in `errno(3)` and `os.constants.errno`. */
  errno?: number
  /** The system call that failed; for a spawn, the step (`execve`, `chdir`, `setresuid` …). */
  syscall?: string
  /** The process it was about. */
  pid?: number
  /** The file or directory it was about. */
  path?: string
  /** The error behind this one; where the system spoke, one with Node's `code` (`'ENOENT'` …). */
  cause?: unknown
}

/**
 * Every failure of the system or of a wait. Bad arguments are `TypeError` or `RangeError` instead,
 * thrown before anything has been done.
 */
export class SextonError extends Error {
  /** What went wrong, for programs. */
  readonly code: SextonErrorCode
  /** The system's error number, positive as in `errno(3)` and `os.constants.errno`. */
  declare readonly errno?: number
  /** The system call that failed; for a spawn, the step (`execve`, `chdir`, `setresuid` …). */
  declare readonly syscall?: string
  /** The process it was about. */
  declare readonly pid?: number
  /** The file or directory it was about. */
  declare readonly path?: string

  /**
   * Makes one; programs that compose sexton's parts may, to fail as it does.
   *
   * @param code What went wrong, for programs.
   * @param message The same for people.
   * @param details What else is known of it.
   */
  constructor(code: SextonErrorCode, message: string, details: SextonErrorDetails = {}) {
    const { cause, ...rest } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    Object.assign(this, rest)
  }
}
Object.defineProperty(SextonError.prototype, 'name', { value: 'SextonError', configurable: true })

/** Runs what may fail; the caller has to deal with the failure as a value. */
export function attempt<T>(act: () => T): T | SextonError {
  try {
    return act()
  } catch (error) {
    if (error instanceof SextonError) return error
    throw error
  }
}

/** The error for a native call's negative result. */
export function systemError(
  result: number,
  syscall: string,
  details: Pick<SextonErrorDetails, 'pid' | 'path'> = {},
  code: SextonErrorCode = codeOf(-result),
): SextonError {
  const errno = -result
  const [name, text] = getSystemErrorMap().get(result) ?? [`errno ${errno}`, 'unknown error']
  const about = details.path === undefined ? '' : ` '${details.path}'`
  const whom = details.pid === undefined ? '' : ` (pid ${details.pid})`
  const message = `${syscall}${about}${whom}: ${name}: ${text}`
  const cause = Object.assign(new Error(message), {
    code: name,
    errno: result,
    syscall,
    ...details,
  })
  return new SextonError(code, message, { errno, syscall, ...details, cause })
}

/** Error numbers that decide something in more than one place. The numbers are POSIX's oldest. */
export const EPERM = 1
export const ESRCH = 3
export const ECHILD = 10

function codeOf(errno: number): SextonErrorCode {
  if (errno === ESRCH) return 'ERR_NO_SUCH_PROCESS'
  if (errno === EPERM) return 'ERR_NOT_PERMITTED'
  return 'ERR_SYSTEM'
}

/** Quotes a bad value on one line; of an object only its kind, since it may hold a secret. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  return inspect(value, { depth: -1 }).replace(/\n.*/s, '')
}

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
