import { SextonError, systemError } from '../base/errors.js'

/** The error for the id of a thread that is not the first of its process. */
export function notAProcess(id: number, result: number, syscall: string): SextonError {
  return new SextonError('ERR_NO_SUCH_PROCESS', `${id} is a thread's id, not a process's`, {
    pid: id,
    cause: systemError(result, syscall, { pid: id }),
  })
}
