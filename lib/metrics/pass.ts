import { attempt, SextonError } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { readPids, readStat } from '../system/proc.js'
import type { ProcessStat } from '../system/proc-formats.js'

// Milliseconds for which one turn of the event loop is held. Then other work may go on: a machine may have a hundred
// thousand processes.
const TURN = 5

/** The processes that one pass over `/proc` has found. */
export interface Found {
  processes: ProcessStat[]
  /** The number of processes that are there, but that `/proc` does not show to this user. */
  hidden: number
  /** Milliseconds that the pass took. */
  durationMs: number
}

/**
 * Reads the stat lines of all processes that `/proc` shows, in turns.
 *
 * @throws {SextonError} `ERR_UNSUPPORTED` if `/proc` is not mounted or shows another PID namespace; `ERR_SYSTEM`.
 */
async function readAll(): Promise<Found> {
  const began = monotonicNow()
  const pids = readPids()
  const found: Found = { processes: [], hidden: 0, durationMs: 0 }
  // PID 1 is always there, even where `/proc` lists no process of another user.
  if (!pids.includes(1)) pids.unshift(1)
  let turnEnd = began + TURN
  for (const pid of pids) {
    add(found, pid)
    if (monotonicNow() < turnEnd) continue
    await new Promise((resolve) => setImmediate(resolve))
    turnEnd = monotonicNow() + TURN
  }
  found.durationMs = monotonicNow() - began
  return found
}

function add(found: Found, pid: number): void {
  const stat = attempt(() => readStat(pid))
  if (!(stat instanceof SextonError)) {
    if (stat !== undefined) found.processes.push(stat)
  } else if (stat.code === 'ERR_UNSUPPORTED' && stat.pid !== undefined) {
    found.hidden += 1
  } else {
    throw stat
  }
}

let current: Promise<Found> | undefined

/** Makes a pass over `/proc`, or joins the one that is on its way: there is never more than one at a time. */
export function pass(): Promise<Found> {
  current ??= readAll().finally(() => {
    current = undefined
  })
  return current
}
