import { constants } from 'node:os'
import { ECHILD, quote, SextonError, systemError } from '../base/errors.js'
import { binding, P_PIDFD } from '../system/binding.js'

/**
 * How the end of a process is noticed.
 *
 * - `pidfd`: process descriptors (Linux 5.4). At once, for any process, at no cost while nothing ends.
 * - `sigchld`: SIGCHLD, for children; at once. Other processes are polled.
 * - `poll`: asking ever less often, up to every 50 ms. Runs anywhere.
 */
export type Backend = 'pidfd' | 'sigchld' | 'poll'

/** A process that is watched for its end. */
export interface Watch {
  /** No more calls; what the watch held is released. */
  stop(): void
}

/** Called whenever the process may have ended, which can be for nothing. True: no more calls. */
export type Check = () => boolean

const BACKENDS: readonly Backend[] = ['pidfd', 'sigchld', 'poll']

let chosen: Backend | undefined

/**
 * The back-end in use: `pidfd` where it works, else `sigchld`; `SEXTON_BACKEND` forces one. Found out
 * once, at first use.
 *
 * @throws {RangeError} if `SEXTON_BACKEND` names none.
 * @throws {SextonError} `ERR_UNSUPPORTED` if it names one that does not work here; `ERR_SYSTEM` if
 *   it cannot be found out for want of descriptors, and then it is tried again next time.
 */
export function backend(): Backend {
  chosen ??= choose()
  return chosen
}

/** Checks a back-end that a caller asked for. */
export function checkBackend(name: unknown): Backend {
  if (!BACKENDS.includes(name as Backend)) {
    throw new RangeError(`backend must be one of ${BACKENDS.join(', ')}, not ${quote(name)}`)
  }
  if (name === 'pidfd') requirePidfd()
  return name as Backend
}

function choose(): Backend {
  const forced = process.env.SEXTON_BACKEND
  if (forced !== undefined && forced !== '') return checkBackend(forced)
  return pidfdFailure() === 0 ? 'pidfd' : 'sigchld'
}

function requirePidfd(): void {
  const failure = pidfdFailure()
  if (failure === 0) return
  throw new SextonError(
    'ERR_UNSUPPORTED',
    "backend 'pidfd' does not work here (it needs Linux 5.4, and a sandbox may forbid it); leave the choice to sexton",
    { cause: systemError(failure, 'pidfd_open') },
  )
}

// By trying each call, not by the kernel's version: sandboxes forbid them one by one, with ENOSYS or
// EPERM. (A host that answers with SIGSYS kills the process here; SEXTON_BACKEND avoids the try.)
function pidfdFailure(): number {
  const pidfd = binding.pidfdOpen(process.pid)
  if (pidfd < 0) return unlessOutOfDescriptors(pidfd)
  const sent = binding.pidfdSend(pidfd, 0)
  // We are no child of our own: ECHILD is the right answer, EINVAL that of a kernel before 5.4.
  const waited = binding.wait(P_PIDFD, pidfd, binding.peek, new Float64Array(binding.waitFields))
  binding.closeFd(pidfd)
  if (sent < 0) return sent
  return waited === -ECHILD ? 0 : waited
}

// That there is no descriptor to be had now says nothing about the kernel: fall back silently, and
// the process would poll for the rest of its life.
function unlessOutOfDescriptors(result: number): number {
  const { EMFILE, ENFILE } = constants.errno
  if (result === -EMFILE || result === -ENFILE) throw systemError(result, 'pidfd_open')
  return result
}
