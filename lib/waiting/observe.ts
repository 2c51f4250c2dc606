import { type Backend, backend as defaultBackend } from '../exit/backend.js'
import { childProcessOf } from '../reaping/ownership.js'
import { ownedChild } from '../reaping/reaper.js'
import { ObservedByPidfd } from './by-pidfd.js'
import { ObservedByPolling } from './by-polling.js'
import { ObservedChildProcess } from './child-process.js'
import type { Observation } from './observation.js'
import { ObservedOwnChild } from './own-child.js'

/**
 * Begins to wait for a process in the way that is right for whoever owns its status.
 *
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS`, or `ERR_SYSTEM` if there is no descriptor to be had.
 */
export function observe(pid: number, backend: Backend | undefined): Observation {
  const own = ownedChild(pid)
  if (own !== undefined) return new ObservedOwnChild(own)
  const child = childProcessOf(pid)
  if (child !== undefined) return new ObservedChildProcess(pid, child)
  // SIGCHLD tells of children only, and this one may be anybody's.
  return (backend ?? defaultBackend()) === 'pidfd'
    ? new ObservedByPidfd(pid)
    : new ObservedByPolling(pid)
}
