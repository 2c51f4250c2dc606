import { readStat } from '../proc.js'
import type { OwnedChild } from '../reaper.js'
import type { Observation } from './observation.js'

/** A child of sexton's `spawn`: the reaper waits for it, whoever else looks on. */
export function observeOwnChild(child: OwnedChild): Observation {
  return {
    pid: child.pid,
    exited: child.exited,
    check: () => child.check(),
    kill: (signal) => child.kill(signal),
    startTime: () => readStat(child.pid)?.startTime,
    stop: () => {},
  }
}
