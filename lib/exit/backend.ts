import { constants } from 'node:os'
import { ECHILD, invalid, SextonError, systemError } from '../base/errors.js'
import { binding, P_PIDFD } from '../system/binding.js'

// How this thread learns that a process has exited.
//
// There are three back-ends, and each calls a `Check` when a process may have exited. `pidfd.ts` keeps one
// epoll set of pidfds: the kernel wakes it for exactly the process that exits. `sigchld.ts` listens to SIGCHLD,
// which says only that something may have happened to some children, so a `Sweep` asks the kernel which.
// `poll.ts` asks at growing intervals. `backend()` chooses by trying the calls once, not by the kernel's version,
// because a sandbox may forbid each call by itself. Three files serve every back-end: `child-signal.ts` shares
// the one SIGCHLD handler, `stops.ts` and `tracees.ts` let children go on that stopped for a tracer.
// A watch never takes a status: it says when to look, and lib/reaping/reaper.ts does the rest.

/**
 * How sexton notices that a process has exited.
 *
 * - `pidfd`: process descriptors (Linux 5.4). Works for any process, without delay, and costs nothing while
 *   no process exits.
 * - `sigchld`: the signal SIGCHLD. Works for children, without delay. Other processes are polled.
 * - `poll`: polling at growing intervals of up to 50 ms. Works everywhere.
 */
export type Backend = 'pidfd' | 'sigchld' | 'poll'

/** A process that a back-end watches for its exit. */
export interface Watch {
  /** Ends the calls and releases what the watch holds. */
  stop(): void
}

/** Called when the process may have exited. It may be a false alarm. Returns true to end the calls. */
export type Check = () => boolean

const BACKENDS: readonly Backend[] = ['pidfd', 'sigchld', 'poll']

let chosen: Backend | undefined

/**
 * Returns the back-end in use. Sexton chooses it once, at first use: `pidfd` where it works, otherwise
 * `sigchld`. The environment variable `SEXTON_BACKEND` overrides the choice.
 *
 * @returns The name of the back-end.
 * @throws {RangeError} if `SEXTON_BACKEND` is not the name of a back-end.
 * @throws {SextonError} `ERR_UNSUPPORTED` if `SEXTON_BACKEND` names a back-end that does not work here.
 *   `ERR_SYSTEM` if no descriptor is free to try `pidfd`; the next call tries again.
 */
export function backend(): Backend {
  chosen ??= choose()
  return chosen
}

/**
 * Checks a back-end that the user asked for.
 *
 * @param source The option or environment variable that names it, for the message.
 * @throws {RangeError} if it is not the name of a back-end.
 * @throws {SextonError} `ERR_UNSUPPORTED` if it does not work here.
 */
export function checkBackend(name: unknown, source = 'backend'): Backend {
  if (!BACKENDS.includes(name as Backend)) {
    throw new RangeError(invalid(source, name, "'pidfd', 'sigchld' or 'poll'"))
  }
  if (name === 'pidfd') requirePidfd(source)
  return name as Backend
}

function choose(): Backend {
  const forced = process.env.SEXTON_BACKEND
  if (forced !== undefined && forced !== '') return checkBackend(forced, 'SEXTON_BACKEND')
  return pidfdFailure() === 0 ? 'pidfd' : 'sigchld'
}

function requirePidfd(source: string): void {
  const failure = pidfdFailure()
  if (failure === 0) return
  throw new SextonError(
    'ERR_UNSUPPORTED',
    `${source} 'pidfd' does not work here: expected Linux 5.4 and a sandbox that permits pidfd_open(2)
Leave ${source} unset, and sexton chooses a back-end that works.`,
    { cause: systemError(failure, 'pidfd_open') },
  )
}

// Tries each call, because a sandbox may forbid any of them, with ENOSYS or EPERM, whatever the kernel's version.
// A sandbox that answers with SIGSYS kills the process here. SEXTON_BACKEND=sigchld avoids the try.
function pidfdFailure(): number {
  const pidfd = binding.pidfdOpen(process.pid)
  if (pidfd < 0) return unlessOutOfDescriptors(pidfd)
  const sent = binding.pidfdSend(pidfd, 0)
  // This process is not its own child, so ECHILD means success. A kernel before 5.4 answers EINVAL.
  const waited = binding.wait(P_PIDFD, pidfd, binding.peek, new Float64Array(binding.waitFields))
  binding.closeFd(pidfd)
  if (sent < 0) return sent
  return waited === -ECHILD ? 0 : waited
}

// A shortage of descriptors says nothing about the kernel. Falling back to sigchld because of it would last for
// the rest of the process's life, so this throws instead.
function unlessOutOfDescriptors(result: number): number {
  const { EMFILE, ENFILE } = constants.errno
  if (result === -EMFILE || result === -ENFILE) throw systemError(result, 'pidfd_open')
  return result
}
