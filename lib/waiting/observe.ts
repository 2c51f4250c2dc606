import { type Backend, backend as defaultBackend } from '../exit/backend.js'
import { childProcessOf } from '../reaping/births.js'
import { ownedChild } from '../reaping/reaper.js'
import { ObservedByPidfd } from './by-pidfd.js'
import { ObservedByPolling } from './by-polling.js'
import { ObservedChildProcess } from './child-process.js'
import type { Observation } from './observation.js'
import { ObservedOwnChild } from './own-child.js'

// Waits for any process: its own children, adopted orphans, and strangers.
//
// A wait status can be taken once, so each wait asks its one owner. A child of sexton's `spawn` belongs to the
// reaper (`own-child.ts`). A child of `child_process` belongs to libuv, so the wait listens to its `'exit'` event
// (`child-process.ts`). Every other process is observed without taking anything: by a pidfd (`by-pidfd.ts`) or
// by polling (`by-polling.ts`). If that process turns out to be a dead orphan that nobody owns, the reaper takes
// it afterwards. Observers read a status before the reaper takes it, because afterwards it is gone.
// `waitForExit()`, `openProcess()` and `reapUntil()` add timeouts, signals and handles on top.

/**
 * Starts to observe a process in the way that suits the owner of its wait status.
 *
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS`, or `ERR_SYSTEM` if no descriptor is free.
 */
export function observe(pid: number, backend: Backend | undefined): Observation {
  const own = ownedChild(pid)
  if (own !== undefined) return new ObservedOwnChild(own)
  const child = childProcessOf(pid)
  if (child !== undefined) return new ObservedChildProcess(pid, child)
  // The back-end `sigchld` reports children only, and this process may have any parent: poll it.
  return (backend ?? defaultBackend()) === 'pidfd'
    ? new ObservedByPidfd(pid)
    : new ObservedByPolling(pid)
}
