import { attempt, SextonError } from '../base/errors.js'
import { ExitStatus } from '../exit/exit-status.js'
import { letGo, type Tracee } from '../exit/tracees.js'
import { readStat } from '../system/proc.js'
import { ownerOf, wasThereBefore } from './ownership.js'
import { peekHere } from './peek.js'
import { take } from './reaper.js'
import type { Suspects } from './suspects.js'

// What happens to one dead child of the main thread. If it is sexton's or nobody's, it is reaped; if libuv or perhaps
// another addon waits for it, it is left alone.
//
// A child that has stopped for a tracer is seen where dead ones are. The same rules decide: if it is sexton's or
// nobody's, it goes on; otherwise it is left alone like a dead one.

// The shortest delay, in milliseconds, for a child that was there before sexton: libuv may own it, and needs a turn
// of the event loop to reap it.
const LEAST_FOR_EARLIER = 1000

/** The state of a child that does not run: dead, or stopped for a tracer. */
export type Sight = ExitStatus | Tracee

/** Whether sexton's `spawn` or `child_process` waits for this child. */
export function isClaimed(pid: number): boolean {
  const owner = ownerOf(pid)
  return owner === 'sexton' || owner === 'child_process'
}

/**
 * Looks at a child and settles it.
 *
 * @returns Whether there is nothing more to do: it has been reaped, or is not a dead child of the main thread.
 */
export function reapUnclaimed(pid: number, suspects: Suspects): boolean {
  const seen = peekHere(pid)
  return typeof seen === 'string' || settle(seen, suspects)
}

/**
 * Reaps a dead child and lets a stopped one go on, unless that may be somebody else's to do.
 *
 * @returns Whether that is done.
 */
export function settle(seen: Sight, suspects: Suspects): boolean {
  if (seen instanceof ExitStatus) {
    if (mustLeave(seen.pid, seen, suspects)) return false
    take(seen.pid)
    return true
  }
  const pid = seen.process
  return !isStranger(pid) && !mustLeave(pid, seen, suspects) && letGo(seen.pid)
}

function mustLeave(pid: number, seen: Sight, suspects: Suspects): boolean {
  const owner = ownerOf(pid)
  if (owner === 'child_process') return true
  const least = wasThereBefore(pid) ? LEAST_FOR_EARLIER : 0
  return owner === 'unknown' && suspects.leaveAlone(seen, least)
}

// A debugger in this thread may trace a process that is not a child. Where `/proc` cannot tell, the process counts as a
// child: left in its stop, it would hide every zombie behind it for ever.
function isStranger(pid: number): boolean {
  const stat = attempt(() => readStat(pid))
  if (stat instanceof SextonError) return false
  return stat !== undefined && stat.ppid !== process.pid
}
