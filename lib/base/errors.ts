import { getSystemErrorMap, inspect } from 'node:util'

// Errors, and the checks of arguments that every room shares.
//
// A failure of the system is a SextonError with a code for programs. A bad argument is a TypeError or a
// RangeError, thrown before anything has been done. A native call returns a negative errno instead of throwing;
// `systemError()` turns that number into a SextonError with `errno`, `syscall`, `pid` and `path`.
//
// Messages have one form: `invalid <what> <got>: expected <what>, for example …`. Advice follows on a line of
// its own. `quote()` shows a bad value without the contents of an object.

/**
 * The kind of a failure, for programs:
 *
 * - `ERR_TIMEOUT`: the wait took longer than its limit. The process was left as it was.
 * - `ERR_NO_SUCH_PROCESS`: the process does not exist, or its pid now belongs to another process.
 * - `ERR_NOT_PERMITTED`: this user may not do that to that process.
 * - `ERR_SPAWN_FAILED`: a process could not be started. `syscall` is the step that failed.
 * - `ERR_COMMAND_FAILED`: a command exited with another code than 0, was killed, or was ended by sexton.
 * - `ERR_UNSUPPORTED`: this platform, kernel, sandbox or thread does not support the operation.
 * - `ERR_NO_COMMAND`: `pid1` was started without a command.
 * - `ERR_SYSTEM`: a system call failed for another reason, for example because no descriptor was free.
 */
export type SextonErrorCode =
  | 'ERR_TIMEOUT'
  | 'ERR_NO_SUCH_PROCESS'
  | 'ERR_NOT_PERMITTED'
  | 'ERR_SPAWN_FAILED'
  | 'ERR_COMMAND_FAILED'
  | 'ERR_UNSUPPORTED'
  | 'ERR_NO_COMMAND'
  | 'ERR_SYSTEM'

/** Details of an error besides its code and message. Each is present only where it applies. */
export interface SextonErrorDetails {
  /** The system's error number, positive as in `errno(3)` and `os.constants.errno`. */
  errno?: number
  /** The system call that failed. For a spawn, the step: `execve`, `chdir`, `setresuid` … */
  syscall?: string
  /** The process that the operation was about. */
  pid?: number
  /** The file or directory that the operation was about. */
  path?: string
  /** The underlying error. After a failed system call it has Node's `code`, such as `'ENOENT'`. */
  cause?: unknown
}

/**
 * A failure of the system or of a wait. Bad arguments are a `TypeError` or `RangeError` instead,
 * thrown before anything has been done.
 */
export class SextonError extends Error {
  /** The kind of the failure, for programs. */
  readonly code: SextonErrorCode
  /** The system's error number, positive as in `errno(3)` and `os.constants.errno`. */
  declare readonly errno?: number
  /** The system call that failed. For a spawn, the step: `execve`, `chdir`, `setresuid` … */
  declare readonly syscall?: string
  /** The process that the operation was about. */
  declare readonly pid?: number
  /** The file or directory that the operation was about. */
  declare readonly path?: string

  /**
   * Creates an error. Programs that build on sexton may create their own.
   *
   * @param code The kind of the failure, for programs.
   * @param message An explanation for people.
   * @param details Further facts: `errno`, `syscall`, `pid`, `path` and `cause`.
   */
  constructor(code: SextonErrorCode, message: string, details: SextonErrorDetails = {}) {
    const { cause, ...rest } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    Object.assign(this, rest)
  }
}
Object.defineProperty(SextonError.prototype, 'name', { value: 'SextonError', configurable: true })

/** Runs `act`, and returns a SextonError that it throws as a value. */
export function attempt<T>(act: () => T): T | SextonError {
  try {
    return act()
  } catch (error) {
    if (error instanceof SextonError) return error
    throw error
  }
}

/** Makes the error for the negative result of a native call. */
export function systemError(
  result: number,
  syscall: string,
  details: Pick<SextonErrorDetails, 'pid' | 'path'> = {},
  code: SextonErrorCode = codeOf(-result),
  hint = '',
): SextonError {
  const errno = -result
  const [name, text] = getSystemErrorMap().get(result) ?? [`errno ${errno}`, 'unknown error']
  const about = details.path === undefined ? '' : ` '${details.path}'`
  const whom = details.pid === undefined ? '' : ` (pid ${details.pid})`
  const message = `${syscall}${about}${whom}: ${name}: ${text}${hint}`
  const cause = Object.assign(new Error(message), {
    code: name,
    errno: result,
    syscall,
    ...details,
  })
  return new SextonError(code, message, { errno, syscall, ...details, cause })
}

/** Error numbers that several rooms test for. Linux and macOS use the same numbers. */
export const EPERM = 1
export const ESRCH = 3
export const ECHILD = 10

function codeOf(errno: number): SextonErrorCode {
  if (errno === ESRCH) return 'ERR_NO_SUCH_PROCESS'
  if (errno === EPERM) return 'ERR_NOT_PERMITTED'
  return 'ERR_SYSTEM'
}

/**
 * The message for a bad argument: `invalid pid -1: expected an integer from 1 to 4194304`.
 *
 * @param what The argument's name.
 * @param got Its value.
 * @param expected What would be right, with an example where the words alone are not enough.
 */
export function invalid(what: string, got: unknown, expected: string): string {
  return `invalid ${what} ${quote(got)}: expected ${expected}`
}

/** Quotes a bad value on one line. An object may hold a secret, so only its kind is shown. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  return inspect(value, { depth: -1 }).replace(/\n.*/s, '')
}

// PID_MAX_LIMIT of 64-bit Linux (proc_sys_kernel(5)); every other system's is lower.
const LARGEST_PID = 4_194_304

/**
 * Checks a process id. To the kernel, 0 and negative numbers mean process groups.
 *
 * @returns The pid.
 * @throws {TypeError} if it is not a number.
 * @throws {RangeError} if it cannot be a pid.
 */
export function checkPid(pid: unknown): number {
  const message = () => invalid('pid', pid, `an integer from 1 to ${LARGEST_PID}`)
  if (typeof pid !== 'number') throw new TypeError(message())
  if (!Number.isInteger(pid) || pid < 1 || pid > LARGEST_PID) throw new RangeError(message())
  return pid
}
